#if !NETSTANDARD2_0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using System.Threading;
using System.Xml.Linq;
using NUnit.Framework;

namespace Paywall.Tests
{
    /// <summary>The classic ASP.NET example as a site of its own: nginx in front of Mono's application server.</summary>
    internal sealed class Site : IDisposable
    {
        private readonly string folder = Path.Combine(Path.GetTempPath(), "paywall-site-" + Guid.NewGuid().ToString("N"));
        private readonly Process servers;

        internal Site()
        {
            string examples = Sandbox.Setting("PAYWALL_EXAMPLES"), built = Sandbox.Setting("PAYWALL_TEST_PROGRAMS");
            Directory.CreateDirectory(Path.Combine(Root, "bin", "x64"));
            File.Copy(Path.Combine(examples, "ResendPage.aspx"), Path.Combine(Root, "ResendPage.aspx"));
            File.Copy(Path.Combine(Sandbox.Setting("PAYWALL_TEST_SITE"), "Shop.ashx"), Path.Combine(Root, "Shop.ashx"));
            foreach (string name in new[] { "Paywall.dll", "Example.dll" })
                File.Copy(Path.Combine(built, name), Path.Combine(Root, "bin", name));
            Deploy("0.9.0");
            Configure(Path.Combine(examples, "web.config"));
            Address = "http://127.0.0.1:" + FreePort();
            File.WriteAllText(Path.Combine(folder, "nginx.conf"), Nginx());
            // A shell starts both, and stops them when this process ends for any reason: its standard input closes then.
            servers = Process.Start(new ProcessStartInfo("/bin/sh", "-c \"cd '" + folder + "' && unset PAYWALL_LIBRARY\n"
                + "fastcgi-mono-server4 --applications=/:" + Root + " --socket=unix:" + Socket + " >application.log 2>&1 & a=$!\n"
                + "nginx -c '" + folder + "/nginx.conf' -e '" + folder + "/nginx.log' & n=$!\n"
                + "read -r end; kill $a $n; wait $a $n 2>/dev/null\"")
            {
                UseShellExecute = false, RedirectStandardInput = true,
            });
            for (int i = 0; i < 400 && !(File.Exists(Socket) && File.Exists(Path.Combine(folder, "nginx.pid"))); i++)
                Thread.Sleep(50);
            Assert.IsTrue(File.Exists(Socket), "the application server did not start: " + Logs());
            Assert.IsTrue(File.Exists(Path.Combine(folder, "nginx.pid")), "nginx did not start: " + Logs());
        }

        internal string Address { get; private set; }

        private string Root { get { return Path.Combine(folder, "site"); } }

        private string Socket { get { return Path.Combine(folder, "application.sock"); } }

        /// <summary>Puts a version of the native library beside the others.</summary>
        internal void Deploy(string version)
        {
            File.Copy(Sandbox.Setting("PAYWALL_LIBRARY"), Path.Combine(Root, "bin", "x64", "libpaywall-" + version + ".so"));
        }

        /// <summary>
        /// Touches web.config: the application ends, and begins again with the next request, in the same process. If a
        /// request comes in between, Mono may lose it.
        /// </summary>
        internal void Recycle()
        {
            string ended = Path.Combine(folder, "ended");
            File.Delete(ended);
            File.SetLastWriteTimeUtc(Path.Combine(Root, "web.config"), DateTime.UtcNow);
            for (int i = 0; i < 1200 && !File.Exists(ended); i++)
                Thread.Sleep(50);
            Assert.IsTrue(File.Exists(ended), "the application did not end");
        }

        /// <summary>The servers' logs, for the message of a failure.</summary>
        internal string Logs()
        {
            return string.Join("\n", Directory.GetFiles(folder, "*.log").Select(File.ReadAllText));
        }

        public void Dispose()
        {
            servers.StandardInput.Close();
            servers.WaitForExit(10000);
            Directory.Delete(folder, true);
        }

        /// <summary>The example's web.config, with the sandbox's values where a shop fills in its own.</summary>
        private void Configure(string example)
        {
            XDocument configuration = XDocument.Load(example);
            XElement settings = configuration.Root.Element("appSettings");
            settings.Elements().Single(setting => (string)setting.Attribute("key") == "Paywall:Environment").Remove();
            foreach (KeyValuePair<string, string> setting in new Dictionary<string, string>
            {
                { "Paywall:ApiKey", Sandbox.ApiKey }, { "Paywall:ApiClient", Sandbox.ApiClient },
            })
                settings.Elements().Single(e => (string)e.Attribute("key") == setting.Key).SetAttributeValue("value", setting.Value);
            settings.Add(new XElement("add", new XAttribute("key", "Paywall:BaseUrl"), new XAttribute("value", Sandbox.Https)),
                new XElement("add", new XAttribute("key", "Paywall:CaFile"), new XAttribute("value", Sandbox.CaFile)));
            configuration.Save(Path.Combine(Root, "web.config"));
        }

        private string Nginx()
        {
            string text = "daemon off;\npid @/nginx.pid;\nevents { }\nhttp {\n  access_log off;\n";
            // nginx's workers have to reach the application's socket.
            if (Environment.UserName == "root")
                text = "user root;\n" + text;
            foreach (string kind in new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" })
                text += "  " + kind + "_temp_path @/" + kind + ";\n";
            text += "  server {\n    listen " + new Uri(Address).Authority + ";\n    location / {\n"
                + "      include /etc/nginx/fastcgi_params;\n"
                + "      fastcgi_param SCRIPT_FILENAME @/site$fastcgi_script_name;\n"
                + "      fastcgi_param PATH_INFO \"\";\n"
                + "      fastcgi_pass unix:@/application.sock;\n"
                // A page that has begun may have sent: only the shopper repeats it.
                + "      fastcgi_next_upstream off;\n    }\n  }\n}\n";
            return text.Replace("@", folder);
        }

        private static int FreePort()
        {
            var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            try
            {
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            finally
            {
                listener.Stop();
            }
        }
    }

    /// <summary>A shopper's browser: it has the cookie and the last form.</summary>
    internal sealed class Browser
    {
        private readonly CookieContainer cookies = new CookieContainer();
        private readonly Site site;
        private string form;

        /// <summary>The header Accept-Language, or null.</summary>
        internal string Language { get; set; }

        internal Browser(Site site)
        {
            this.site = site;
        }

        /// <summary>Begins an operation in the shop, and opens the page.</summary>
        internal Browser Begin(string token, string session = Sandbox.Session)
        {
            Send("Shop.ashx", Fields(new Dictionary<string, string> { { "token", token }, { "session", session } }));
            return Open();
        }

        internal Browser Open()
        {
            form = Send("ResendPage.aspx", null);
            return this;
        }

        /// <summary>Presses "send the code again"; returns what the page then shows.</summary>
        internal string Press(string button = "Resend")
        {
            // A browser sends the button that was pressed, and no other.
            var fields = new Dictionary<string, string> { { button, "pressed" } };
            foreach (Match hidden in Regex.Matches(form, "<input type=\"hidden\" name=\"([^\"]+)\" id=\"[^\"]+\" value=\"([^\"]*)\""))
                if (!fields.ContainsKey(hidden.Groups[1].Value))
                    fields.Add(hidden.Groups[1].Value, WebUtility.HtmlDecode(hidden.Groups[2].Value));
            form = Send("ResendPage.aspx", Fields(fields));
            return WebUtility.HtmlDecode(Regex.Match(form, "<span id=\"Answer\" role=\"status\">(.*?)</span>").Groups[1].Value);
        }

        /// <summary>The name of the first button that sends the form.</summary>
        internal string FirstButton
        {
            get { return Regex.Match(form, "<input type=\"submit\" name=\"([^\"]+)\"").Groups[1].Value; }
        }

        /// <summary>The status of the last answer.</summary>
        internal int Status { get; private set; }

        /// <summary>Whether the page shows the box for the code.</summary>
        internal bool AsksForTheCode { get { return form.Contains("id=\"Code\""); } }

        /// <summary>The text of the link that the page shows, or "".</summary>
        internal string Link
        {
            get { return WebUtility.HtmlDecode(Regex.Match(form, "<a id=\"Continue\" href=\"[^\"]+\">(.*?)</a>").Groups[1].Value); }
        }

        /// <summary>The shop's own state.</summary>
        internal Dictionary<string, string> Knows()
        {
            return Send("Shop.ashx", null).Split(new[] { '\n' }, StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split(new[] { '=' }, 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        }

        private static string Fields(Dictionary<string, string> fields)
        {
            return string.Join("&", fields.Select(field => Uri.EscapeDataString(field.Key) + "=" + Uri.EscapeDataString(field.Value)));
        }

        private string Send(string page, string fields)
        {
            var request = (HttpWebRequest)WebRequest.Create(site.Address + "/" + page);
            request.CookieContainer = cookies;
            if (Language != null)
                request.Headers["Accept-Language"] = Language;
            request.Proxy = null;
            request.Timeout = 30000;
            try
            {
                if (fields != null)
                {
                    request.Method = "POST";
                    request.ContentType = "application/x-www-form-urlencoded";
                    using (var writer = new StreamWriter(request.GetRequestStream()))
                        writer.Write(fields);
                }
                return Read((HttpWebResponse)request.GetResponse());
            }
            catch (WebException error)
            {
                var refusal = error.Response as HttpWebResponse;
                if (refusal != null && refusal.StatusCode == (HttpStatusCode)429)
                    return Read(refusal);
                throw new InvalidOperationException(error.Message + "\n" + site.Logs(), error);
            }
        }

        private string Read(HttpWebResponse answer)
        {
            Status = (int)answer.StatusCode;
            using (answer)
            using (var reader = new StreamReader(answer.GetResponseStream()))
                return reader.ReadToEnd();
        }
    }
}
#endif
