using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Mysos.Core.Mesos;

/// <summary>Doubles as Mesos writes them: <c>4.0</c>, never <c>4</c>.</summary>
public sealed class MesosDoubleConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsInteger(value) && Math.Abs(value) < 1e15)
            writer.WriteRawValue(value.ToString("F1", CultureInfo.InvariantCulture), skipInputValidation: true);
        else
            writer.WriteNumberValue(value);
    }
}
