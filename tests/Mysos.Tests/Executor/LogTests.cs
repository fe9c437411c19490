using System.Text;
using Microsoft.Extensions.Time.Testing;
using Mysos.Executor;

namespace Mysos.Tests.Executor;

public sealed class LogTests
{
    [Fact]
    public void DiskIsFull_LinesAreLost_AndLaterOnesAreWritten()
    {
        var disk = new Disk { Full = true };
        var log = new Log(new StreamWriter(disk), new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));
        log.Write("lost");
        disk.Full = false;
        log.Write("written");
        Encoding.UTF8.GetString(disk.ToArray()).ShouldEndWith("2026-01-02T03:04:05.000Z written\n");
    }

    private sealed class Disk : MemoryStream
    {
        public bool Full { get; set; }

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Full)
                throw new IOException("No space left on device");
            base.Write(buffer, offset, count);
        }
    }
}
