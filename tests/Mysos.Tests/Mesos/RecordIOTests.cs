using System.Text;
using Mysos.Core.Mesos;

namespace Mysos.Tests.Mesos;

public sealed class RecordIOTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(4096)]
    public async Task ReadAsync_CutAnywhere_GivesTheRecords(int bytesARead)
    {
        string[] records = ["{}", "", "\n12\n", new string('x', 70_000), "end"];
        var bytes = records.SelectMany(r => RecordIO.Frame(Encoding.UTF8.GetBytes(r))).ToArray();
        (await ReadAsync(bytes, () => bytesARead)).ShouldBe(records);
    }

    [Fact]
    public async Task ReadAsync_CutAtRandom_GivesTheRecords()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var records = Enumerable.Range(0, random.Next(1, 20)).Select(_ => new string('r', random.Next(0, 3000))).ToArray();
            var bytes = records.SelectMany(r => RecordIO.Frame(Encoding.UTF8.GetBytes(r))).ToArray();
            (await ReadAsync(bytes, () => random.Next(1, 50))).SequenceEqual(records).ShouldBeTrue($"seed {seed}");
        }
    }

    [Theory]
    [InlineData("5\nab", "The stream ended within a record (4 bytes of it had come).")]
    [InlineData("<html>\n", "'<html>' is not the length of a record.")]
    [InlineData("-1\n", "'-1' is not the length of a record.")]
    [InlineData("HTTP/1.1 200 OK and more", "No record length at the start of a record: this is not RecordIO.")]
    [InlineData("1001\n", "A record of 1001 bytes is over the limit of 1000.")]
    public async Task ReadAsync_NotRecordIO_SaysWhatIsWrong(string text, string error)
    {
        var failure = await Should.ThrowAsync<InvalidDataException>(ReadAsync(Encoding.ASCII.GetBytes(text), () => 3));
        failure.Message.ShouldBe(error);
    }

    private static async Task<List<string>> ReadAsync(byte[] bytes, Func<int> next)
    {
        await using var stream = new TrickleStream(new MemoryStream(bytes), next);
        var records = new List<string>();
        await foreach (var record in RecordIO.ReadAsync(stream, limit: bytes.Length > 1000 ? 1 << 20 : 1000))
            records.Add(Encoding.UTF8.GetString(record));
        return records;
    }
}
