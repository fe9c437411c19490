using System.CommandLine;
using Mysos.Host.Commands;

namespace Mysos.Host.Client.Completion;

/// <summary><c>mysos completion bash|zsh|fish</c>: what a shell has to read to complete commands, options, words and cluster names.</summary>
internal static class CompletionCommand
{
    public static Command Create(CommandIo io)
    {
        var shell = new Argument<string>("shell") { Description = "The shell that it is for.", HelpName = "bash|zsh|fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", """
            Prints a script that lets a shell complete mysos' commands, options and cluster names.
              bash:  source <(mysos completion bash)          in ~/.bashrc
              zsh:   source <(mysos completion zsh)           in ~/.zshrc, after compinit
              fish:  mysos completion fish | source           in ~/.config/fish/config.fish
            """) { shell };
        command.SetAction(async (parsed, _) =>
        {
            await io.Out.WriteAsync(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish });
            return ExitCodes.Ok;
        });
        return command;
    }

    // Each asks the program itself, with the directive [suggest:<position>] of its command line library.

    private const string Bash = """
        _mysos() {
          local line=${COMP_LINE:0:COMP_POINT}
          line=${line#"${line%%[![:space:]]*}"}
          line=${line#*[[:space:]]}
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o bashdefault -o default -F _mysos mysos

        """;

    private const string Zsh = """
        _mysos() {
          local line="${(j: :)words[2,CURRENT]}"
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          (( ${#found} )) && compadd -- "${found[@]}" || _files
        }
        compdef _mysos mysos

        """;

    private const string Fish = """
        function __mysos_complete
          set -l words (commandline -opc) (commandline -ct)
          set -l line (string join ' ' -- $words[2..-1])
          $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c mysos -f -a '(__mysos_complete)'

        """;
}
