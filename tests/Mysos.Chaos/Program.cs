using System.Globalization;
using Mysos.Chaos.Bench;
using Mysos.Chaos.Clients;
using Mysos.Chaos.Runs;
using Mysos.Chaos.Stack;

// make chaos: real servers on hosts of their own, clients that write, and faults.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [WriterProgram.Verb, var url, var user, var pace])
    return await WriterProgram.RunAsync(url, user, TimeSpan.FromMilliseconds(int.Parse(pace, CultureInfo.InvariantCulture)));
var (options, problem) = RunOptions.Parse(args is [Isolation.Verb, .. var rest] ? rest : args);
if (options is null)
{
    Console.Error.WriteLine(problem);
    return 2;
}
if (args is not [Isolation.Verb, ..])
    return await Isolation.RunAsync(args);
return options.Bench ? await FailoverBench.RunAsync(options) : await ChaosRun.RunAsync(options, TimeProvider.System);
