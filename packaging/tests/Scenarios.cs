using System;
using System.Collections.Generic;
using System.IO;
using Paywall;

/// <summary>
/// Every scenario with the installed package. SCENARIOS names the list as lines (scenarios.py writes them), SANDBOX_HTTPS and
/// PAYWALL_* the sandbox.
/// </summary>
public static class Scenarios
{
    public static int Main()
    {
        string[] lines = File.ReadAllLines(Environment.GetEnvironmentVariable("SCENARIOS"));
        foreach (string line in lines)
        {
            // name, token, session, expectation, then pairs of options.
            string[] fields = line.Split('\t');
            for (int i = 0; i < fields.Length; i++)
                fields[i] = fields[i].Replace("\\n", "\n").Replace("\\r", "\r").Replace("\\t", "\t");
            var options = new PaywallOptions
            {
                BaseUrl = Environment.GetEnvironmentVariable("SANDBOX_HTTPS"),
                CaFile = Environment.GetEnvironmentVariable("PAYWALL_CA_FILE"),
                ApiKey = Environment.GetEnvironmentVariable("PAYWALL_API_KEY"),
                ApiClient = Environment.GetEnvironmentVariable("PAYWALL_API_CLIENT"),
            };
            for (int i = 4; i + 1 < fields.Length; i += 2)
                Set(options, fields[i], fields[i + 1]);
            string told = Told(options, fields[1], fields[2]);
            if (told != fields[3])
            {
                Console.Error.WriteLine(fields[0] + ": " + told + ", not " + fields[3]);
                return 1;
            }
        }
        Console.WriteLine("scenarios: " + lines.Length + " passed");
        return 0;
    }

    private static string Told(PaywallOptions options, string token, string session)
    {
        ResendOtpResult result;
        try
        {
            using (var client = new PaywallClient(options))
                result = client.ResendOtp(token, session);
        }
        catch (PaywallException error)
        {
            result = error.Result;
        }
        catch (PaywallArgumentException error)
        {
            result = error.Result;
        }
        PaywallErrorInfo reason = result.Error;
        return string.Join(" ", result.Status, result.Action, Or(reason == null ? null : reason.Kind),
            Or(reason == null ? null : reason.Code), Or(reason == null ? null : reason.Stage), Or(result.TokenState),
            result.SessionRenewed ? "renewed" : "-", result.HttpStatus == null ? "-" : result.HttpStatus.ToString());
    }

    private static string Or(string text)
    {
        return text ?? "-";
    }

    private static void Set(PaywallOptions options, string name, string value)
    {
        switch (name)
        {
            case "timeout_ms": options.TimeoutMs = int.Parse(value); break;
            case "base_url": options.BaseUrl = value; break;
            case "proxy": options.Proxy = value; break;
            case "api_key": options.ApiKey = value; break;
            default: throw new NotSupportedException(name);
        }
    }
}
