using Mysos.Core.Clusters;
using Mysos.Dashboard.Actions;
using Shouldly;
using Xunit;

namespace Mysos.Tests.Dashboard;

public sealed class CreateFormTests
{
    private static CreateForm Valid() => new() { Name = "orders", User = "app" };

    [Fact]
    public void Check_DefaultsWithNameAndUser_AreRight() =>
        CreateForm.Fields.Select(Valid().Check).ShouldAllBe(wrong => wrong == null);

    [Fact]
    public void ToRequest_Defaults_AreTheUsersDefaults()
    {
        var request = Valid().ToRequest();

        request.ShouldBe(new CreateRequest { Name = "orders", User = "app" });
    }

    [Fact]
    public void ToRequest_Everything_IsCarriedOver()
    {
        var form = Valid();
        (form.Nodes, form.Cpus, form.Mem, form.Disk) = (" 3 ", "0.5", "1gb", "1.5gb");
        (form.Password, form.BackupId) = ("s3cret", "foo/bar:201503122000");

        var request = form.ToRequest();

        request.NumNodes.ShouldBe(3);
        request.Size.ShouldBe(new ClusterSize(0.5, 1024, 1536));
        request.Password.ShouldBe("s3cret");
        request.BackupId.ShouldBe("foo/bar:201503122000");
    }

    [Theory]
    [InlineData(CreateForm.NameField, "Orders")]
    [InlineData(CreateForm.UserField, "root")]
    [InlineData(CreateForm.NodesField, "0")]
    [InlineData(CreateForm.NodesField, "two")]
    [InlineData(CreateForm.CpusField, "-1")]
    [InlineData(CreateForm.CpusField, "0")]
    [InlineData(CreateForm.MemField, "512")]
    [InlineData(CreateForm.MemField, "1mb")]
    [InlineData(CreateForm.DiskField, "2 gb")]
    [InlineData(CreateForm.BackupField, "../x")]
    [InlineData(CreateForm.PasswordField, "a\tb")]
    [InlineData(ElectionForm.TimeoutField, "soon")]
    [InlineData(ElectionForm.CountField, "0")]
    public void Check_WrongValue_IsToldAtItsField(string field, string value)
    {
        var form = Valid();
        Set(form, field, value);

        form.Check(field).ShouldNotBeNullOrEmpty();
        CreateForm.Fields.Where(f => f != field).Select(form.Check).ShouldAllBe(wrong => wrong == null);
    }

    private static void Set(CreateForm form, string field, string value)
    {
        switch (field)
        {
            case CreateForm.NameField: form.Name = value; break;
            case CreateForm.UserField: form.User = value; break;
            case CreateForm.NodesField: form.Nodes = value; break;
            case CreateForm.CpusField: form.Cpus = value; break;
            case CreateForm.MemField: form.Mem = value; break;
            case CreateForm.DiskField: form.Disk = value; break;
            case CreateForm.BackupField: form.BackupId = value; break;
            case ElectionForm.TimeoutField: form.Election.Timeout = value; break;
            case ElectionForm.CountField: form.Election.Count = value; break;
            default: form.Password = value; break;
        }
    }
}

public sealed class FieldErrorsTests
{
    [Theory]
    [InlineData("cluster_password", "password")]
    [InlineData("password", "cluster_password")]
    [InlineData("size.mem", "mem")]
    [InlineData("num_nodes", "num_nodes")]
    public void Apply_FieldOfTheForm_IsShownThere(string refused, string field)
    {
        var errors = new FieldErrors();

        errors.Apply(new RequestException(400, refused, "wrong"), field);

        errors[field].ShouldBe("wrong");
        errors.General.ShouldBeNull();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("elsewhere")]
    public void Apply_NoFieldOfTheForm_IsShownForAll(string? refused)
    {
        var errors = new FieldErrors();

        errors.Apply(new RequestException(503, refused, "not connected"), "password");

        errors.General.ShouldBe("not connected");
        errors["password"].ShouldBeNull();
        errors.Any.ShouldBeTrue();
    }
}
