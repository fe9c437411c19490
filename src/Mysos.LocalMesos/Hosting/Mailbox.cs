using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Mysos.LocalMesos.Hosting;

/// <summary>Runs what is posted, one after the other: the one thread of control that master and agents share.</summary>
internal sealed partial class Mailbox
{
    private readonly Channel<Action> _actions = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ILogger _logger;
    private readonly Task _loop;

    public Mailbox(ILogger logger)
    {
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>After <see cref="CloseAsync"/> nothing is run any more.</summary>
    public void Post(Action action) => _actions.Writer.TryWrite(action);

    /// <exception cref="OperationCanceledException">The mailbox is closed.</exception>
    public Task<T> Ask<T>(Func<T> question)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = _actions.Writer.TryWrite(() =>
        {
            try
            {
                answer.SetResult(question());
            }
            catch (Exception error)
            {
                answer.SetException(error);
            }
        });
        if (!posted)
            answer.SetCanceled();
        return answer.Task;
    }

    public Task Ask(Action action) => Ask(() =>
    {
        action();
        return true;
    });

    /// <summary>Runs what was posted before, then no more.</summary>
    public Task CloseAsync()
    {
        _actions.Writer.TryComplete();
        return _loop;
    }

    private async Task RunAsync()
    {
        await foreach (var action in _actions.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                LogFailed(_logger, error);
            }
        }
    }

    [LoggerMessage(EventId = 4010, Level = LogLevel.Error, Message = "A step of the local Mesos failed")]
    private static partial void LogFailed(ILogger logger, Exception error);
}
