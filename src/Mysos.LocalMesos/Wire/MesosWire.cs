using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mysos.Core.Mesos;

namespace Mysos.LocalMesos.Wire;

/// <summary>Events as framed records. Text is not escaped beyond what JSON demands, as in Mesos.</summary>
internal static class MesosWire
{
    public static readonly MesosJson Json = new(new JsonSerializerOptions(MesosJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public static byte[] Record(SchedulerEvent value) =>
        RecordIO.Frame(JsonSerializer.SerializeToUtf8Bytes(value, Json.SchedulerEvent));

    public static byte[] Record(JsonObject value) => RecordIO.Frame(Encoding.UTF8.GetBytes(value.ToJsonString(Json.Options)));

    public static byte[] Record(ExecutorEvent value) =>
        RecordIO.Frame(JsonSerializer.SerializeToUtf8Bytes(value, Json.ExecutorEvent));
}
