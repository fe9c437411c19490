using System.Globalization;
using Mysos.Chaos.Clients;
using Mysos.Chaos.Runs;
using Mysos.Chaos.Stack;

// make chaos: real servers on hosts of their own, clients that write, and faults.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is [WriterProgram.Verb, var url, var user, var first])
    return await WriterProgram.RunAsync(url, user, long.Parse(first, CultureInfo.InvariantCulture));
var (options, problem) = RunOptions.Parse(args is [Isolation.Verb, .. var rest] ? rest : args);
if (options is null)
{
    Console.Error.WriteLine(problem);
    return 2;
}
return args is [Isolation.Verb, ..] ? await ChaosRun.RunAsync(options) : await Isolation.RunAsync(args);
