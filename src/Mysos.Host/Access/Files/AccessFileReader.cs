using System.Globalization;
using System.Text.RegularExpressions;
using Mysos.Core.Access;
using Mysos.Core.Clusters.Rules;
using Mysos.Host.Access.Login;
using Mysos.Host.Options;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Mysos.Host.Access.Files;

/// <summary>Reads the text of <c>--auth_file</c>, and tells all that is wrong with it by line and name; no hash is quoted.</summary>
internal sealed partial class AccessFileReader
{
    private const string Sections = "users, tokens and oidc_roles";

    private readonly List<string> _problems = [];

    public static Read<AccessFile> Parse(string text)
    {
        var yaml = new YamlStream();
        try
        {
            yaml.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            // Only the place: the parser's message may quote a hash.
            return new(null, [Invariant($"line {e.Start.Line}: this is not YAML")]);
        }
        if (yaml.Documents.Count != 1 || yaml.Documents[0].RootNode is not YamlMappingNode root)
            return new(null, [$"it must be one YAML dictionary with {Sections}, as docs/security.md shows"]);
        var reader = new AccessFileReader();
        var file = reader.Read(root);
        if (reader._problems.Count == 0 && file.Users.IsEmpty && file.Tokens.IsEmpty && file.OidcRoles.IsEmpty)
            reader._problems.Add($"nobody could log in; it must have some of {Sections}");
        return Read<AccessFile>.Of(file, reader._problems);
    }

    /// <summary>Of a user or a token.</summary>
    public static bool IsName(string text) => NamePattern().IsMatch(text);

    private AccessFile Read(YamlMappingNode root)
    {
        var file = AccessFile.Empty;
        foreach (var (key, value) in root.Children)
        {
            switch (Text(key))
            {
                case "users":
                    foreach (var entry in Entries(value, "user", "password"))
                    {
                        if (PasswordHashes.Problem(entry.Hash) is { } problem)
                            Wrong(entry.Node, $"user '{entry.Name}': the password {problem}; make it with 'mysos hash-password'");
                        else if (file.Users.ContainsKey(entry.Name))
                            Wrong(entry.Node, $"user '{entry.Name}' is there already");
                        else
                            file = file with { Users = file.Users.Add(entry.Name, new UserEntry(entry.Name, entry.Role, entry.Hash)) };
                    }
                    break;
                case "tokens":
                    foreach (var entry in Entries(value, "token", "hash"))
                    {
                        if (!ApiTokens.IsHash(entry.Hash))
                            Wrong(entry.Node, $"token '{entry.Name}': the hash is none of a token; make both with 'mysos make-token {entry.Name}'");
                        else if (file.Tokens.ContainsKey(entry.Hash) || file.Tokens.Values.Any(t => t.Name == entry.Name))
                            Wrong(entry.Node, $"token '{entry.Name}': its name or its hash is there already");
                        else
                            file = file with { Tokens = file.Tokens.Add(entry.Hash, new TokenEntry(entry.Name, entry.Role)) };
                    }
                    break;
                case "oidc_roles":
                    file = OidcRoles(file, value);
                    break;
                case var other:
                    Wrong(key, $"'{other}' is nothing here.{Similar.Hint(other, ["users", "tokens", "oidc_roles"])} There are {Sections}");
                    break;
            }
        }
        return file;
    }

    private AccessFile OidcRoles(AccessFile file, YamlNode value)
    {
        if (value is not YamlMappingNode map)
        {
            Wrong(value, "oidc_roles must be a dictionary from a value of the claim to a role, such as 'dba: operator'");
            return file;
        }
        foreach (var (claim, role) in map.Children)
        {
            if (RoleOf(role, $"oidc_roles, '{Text(claim)}'") is { } known)
                file = file with { OidcRoles = file.OidcRoles.SetItem(Text(claim), known) };
        }
        return file;
    }

    /// <summary>The entries of a list that have a good name and role, and something as their hash.</summary>
    private IEnumerable<(YamlNode Node, string Name, Role Role, string Hash)> Entries(YamlNode list, string kind, string hashKey)
    {
        if (list is not YamlSequenceNode sequence)
        {
            Wrong(list, $"{kind}s must be a list of entries with name, role and {hashKey}");
            yield break;
        }
        foreach (var node in sequence.Children)
        {
            if (node is not YamlMappingNode entry)
            {
                Wrong(node, $"a {kind} must have name, role and {hashKey}");
                continue;
            }
            var values = entry.Children.Where(c => c.Key is YamlScalarNode).ToDictionary(c => Text(c.Key), c => c.Value);
            var name = values.TryGetValue("name", out var named) ? Text(named) : "";
            if (!IsName(name))
            {
                Wrong(node, $"a {kind} has no name, or one with other characters than A-Z a-z 0-9 _ . @ -, or more than 64");
                continue;
            }
            foreach (var key in entry.Children.Keys.Where(k => Text(k) is not "name" and not "role" && Text(k) != hashKey))
                Wrong(key, $"{kind} '{name}': '{Text(key)}' is nothing here; there are name, role and {hashKey}");
            var role = values.TryGetValue("role", out var given) ? RoleOf(given, $"{kind} '{name}'") : Missing(node, $"{kind} '{name}' has no role; {RoleWords}");
            if (!values.TryGetValue(hashKey, out var hash) || Text(hash).Length == 0)
                Wrong(node, $"{kind} '{name}' has no {hashKey}");
            else if (role is { } known)
                yield return (node, name, known, Text(hash));
        }
    }

    private Role? RoleOf(YamlNode node, string of)
    {
        var word = Text(node);
        foreach (var role in Enum.GetValues<Role>())
        {
            if (EnumWords.Of(role) == word)
                return role;
        }
        return Missing(node, $"{of}: there is no role '{Shown(word)}'; {RoleWords}");
    }

    private Role? Missing(YamlNode node, string problem)
    {
        Wrong(node, problem);
        return null;
    }

    private void Wrong(YamlNode node, string problem) => _problems.Add(Invariant($"line {node.Start.Line}: {problem}"));

    private static string RoleWords => $"roles are {string.Join(", ", Enum.GetValues<Role>().Select(EnumWords.Of))}";

    private static string Text(YamlNode node) => node is YamlScalarNode { Value: { } value } ? value : "";

    /// <summary>A hash that got into the wrong line is not shown.</summary>
    private static string Shown(string word) => word.Length <= 20 && !word.Any(char.IsControl) ? word : "…";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\A[A-Za-z0-9_.@-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();
}
