using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text;
using NUnit.Framework;
using Paywall.Interop;

namespace Paywall.Tests
{
    /// <summary>The sandbox, one for the whole run, and the requests that it received.</summary>
    internal static class Sandbox
    {
        internal const string Session = "6489433e-f36b-1410-825e-001264113a90";
        internal static readonly string Http, Https, CaFile, ApiKey, ApiClient;

        static Sandbox()
        {
            var ready = (Dictionary<string, object>)Json.Read(
                Environment.GetEnvironmentVariable("SANDBOX_READY") ?? Start());
            Http = (string)ready["http"];
            Https = (string)ready["https"];
            CaFile = (string)ready["ca_file"];
            ApiKey = (string)ready["api_key"];
            ApiClient = (string)ready["api_client"];
        }

        /// <summary>The line that it prints when it is ready. On Windows it is already running.</summary>
        private static string Start()
        {
            // A shell starts it, and stops it when this process ends for any reason: its standard input closes then.
            var start = new ProcessStartInfo("/bin/sh",
                "-c \"'" + Setting("PAYWALL_SANDBOX") + "' & read -r end; kill $!; wait $!\"")
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardInput = true,
            };
            Process process = Process.Start(start);
            AppDomain.CurrentDomain.ProcessExit += delegate
            {
                process.StandardInput.Close();
                process.WaitForExit(5000);
            };
            return process.StandardOutput.ReadLine();
        }

        internal static PaywallOptions Options
        {
            get
            {
                return new PaywallOptions
                {
                    BaseUrl = Https, CaFile = CaFile, ApiKey = ApiKey, ApiClient = ApiClient, TimeoutMs = 10000,
                };
            }
        }

        /// <summary>The journal of one call, or of all.</summary>
        internal static List<object> Requests(string id = null)
        {
            return (List<object>)Json.Read(Ask("GET", "/__sandbox/requests" + (id == null ? "" : "?request_id=" + id)));
        }

        /// <summary>Opens an operation; the options are a JSON object or nothing.</summary>
        internal static Dictionary<string, object> Operation(string options)
        {
            return (Dictionary<string, object>)Json.Read(Ask("POST", "/__sandbox/operation", options));
        }

        internal static void Clear()
        {
            Ask("DELETE", "/__sandbox/requests");
        }

        /// <summary>Runs a program of the tests on the same runtime; returns all that it prints.</summary>
        internal static string Run(string program, string arguments, IDictionary<string, string> environment)
        {
            return Start(Setting("PAYWALL_TEST_HOST"), "\"" + program + "\" " + arguments, environment);
        }

        /// <summary>Runs a program that does not need that host.</summary>
        internal static string Start(string file, string arguments, IDictionary<string, string> environment)
        {
            var start = new ProcessStartInfo(file, arguments)
            {
                UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
            };
            start.EnvironmentVariables["PAYWALL_BASE_URL"] = Https;
            start.EnvironmentVariables["PAYWALL_CA_FILE"] = CaFile;
            start.EnvironmentVariables["PAYWALL_API_KEY"] = ApiKey;
            start.EnvironmentVariables["PAYWALL_API_CLIENT"] = ApiClient;
            start.EnvironmentVariables["LANG"] = "C.UTF-8";
            foreach (KeyValuePair<string, string> variable in environment)
                start.EnvironmentVariables[variable.Key] = variable.Value;
            using (Process process = Process.Start(start))
            {
                string printed = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
                process.WaitForExit();
                return printed;
            }
        }

        internal static string Setting(string name)
        {
            string value = Environment.GetEnvironmentVariable(name);
            Assert.IsFalse(string.IsNullOrEmpty(value), name + " is not set; start test.sh");
            return value;
        }

        // By hand: the framework's client needs an OpenSSL that current systems do not have, even for http.
        private static string Ask(string method, string path, string body = "")
        {
            var address = new Uri(Http);
            using (var client = new TcpClient(address.Host, address.Port))
            using (NetworkStream stream = client.GetStream())
            {
                byte[] head = Encoding.ASCII.GetBytes(method + " " + path + " HTTP/1.0\r\nHost: " + address.Authority
                    + "\r\nContent-Length: " + body.Length + "\r\n\r\n" + body);
                stream.Write(head, 0, head.Length);
                string answer = new StreamReader(stream, Encoding.UTF8).ReadToEnd();
                return answer.Substring(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4);
            }
        }
    }

    /// <summary>Runs a test under a culture.</summary>
    internal sealed class Culture : IDisposable
    {
        private readonly System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture;

        internal Culture(string name)
        {
            System.Threading.Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo(name);
            System.Threading.Thread.CurrentThread.CurrentUICulture = System.Threading.Thread.CurrentThread.CurrentCulture;
        }

        public void Dispose()
        {
            System.Threading.Thread.CurrentThread.CurrentCulture = before;
            System.Threading.Thread.CurrentThread.CurrentUICulture = before;
        }
    }
}
