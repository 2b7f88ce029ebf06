using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Paywall.Tests
{
    [TestFixture]
    public class ClientTests
    {
        private const string Token = "sbx_ok_5001";
        private PaywallClient client;

        [SetUp]
        public void Open()
        {
            Sandbox.Clear();
            client = new PaywallClient(Sandbox.Options);
        }

        [TearDown]
        public void Close()
        {
            client.Dispose();
        }

        [Test]
        public void AResultHasEveryMember()
        {
            ResendOtpResult result = client.ResendOtp(Token, Sandbox.Session);
            Assert.AreEqual(PaywallStatuses.Ok, result.Status);
            Assert.AreEqual(PaywallActions.VerifyOtp, result.Action);
            Assert.AreEqual(PaywallTokenStates.New, result.TokenState);
            Assert.AreEqual(Sandbox.Session, result.SessionId);
            Assert.AreEqual("5001", result.ResponseCode);
            Assert.IsNull(result.Error);
            Assert.IsTrue(result.Transport.ElapsedUs > 0);
            Assert.IsTrue(result.Transport.Connection == "new" || result.Transport.Connection == "reused");
            Assert.IsFalse(result.ResponseTruncated);
            Assert.AreEqual("true", result.ResponseAt("/Result"));
            Assert.IsNull(result.ResponseAt("/no/such/member"));
            Assert.IsNull(result.ResponseAt("a\0b"));
        }

        [Test]
        public void TurkishTextComesUnharmed()
        {
            foreach (string culture in new[] { "tr-TR", "" })
                using (new Culture(culture))
                {
                    var error = Assert.Throws<PaywallRejectedException>(
                        () => client.ResendOtp("sbx_token_invalid", Sandbox.Session));
                    Assert.AreEqual("Token geçersiz.", error.Result.CustomerMessage);
                }
        }

        [Test]
        public void TurkishTextGoesUnharmed()
        {
            string folder = Path.Combine(Path.GetTempPath(), "ığüşİ-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            try
            {
                File.Copy(Sandbox.CaFile, Path.Combine(folder, "çŞ😀.pem"));
                PaywallOptions options = Sandbox.Options;
                options.CaFile = Path.Combine(folder, "çŞ😀.pem");
                using (var other = new PaywallClient(options))
                    Assert.AreEqual("ok", other.ResendOtp(Token, Sandbox.Session).Status);
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        }

        [Test]
        public void ASessionMayHaveAnyForm()
        {
            var session = new Guid(Sandbox.Session);
            foreach (string format in new[] { "D", "N", "B", "P" })
                Assert.AreEqual(Sandbox.Session, client.ResendOtp(Token, session.ToString(format).ToUpperInvariant()).SessionId);
            Assert.AreEqual(Sandbox.Session, client.ResendOtp(Token, session).SessionId);
            Assert.AreEqual(Sandbox.Session, client.ResendOtpAsync(Token, session).Result.SessionId);
            Assert.Throws<PaywallArgumentException>(() => client.ResendOtp(Token, Guid.Empty));
            Assert.AreEqual(6, Sandbox.Requests().Count);
        }

        [Test]
        public void CheckSendsNothing()
        {
            Assert.AreEqual(PaywallActions.None, client.Check().Action);
            PaywallOptions options = Sandbox.Options;
            options.BaseUrl = "https://localhost:1";
            using (var other = new PaywallClient(options))
                Assert.AreEqual("connect", Assert.Throws<PaywallNotSentException>(() => other.Check()).Kind);
            Assert.AreEqual(0, Sandbox.Requests().Count);
        }

        [Test]
        public void BadArgumentsSendNothing()
        {
            string[] bad =
            {
                null, "", "a\0b", "\0", "sbx_ok_5001\0", "\ud800", "a\udfffb", "\udcff", "a\r\nb", "\u007f",
                new string('t', 1025), new string('ğ', 513), new string('x', 10000000),
            };
            foreach (string culture in new[] { "tr-TR", "" })
                using (new Culture(culture))
                    foreach (string text in bad)
                    {
                        Refused("token", () => client.ResendOtp(text, Sandbox.Session));
                        Refused("session", () => client.ResendOtp(Token, text));
                        var error = (PaywallArgumentException)Assert.Throws<AggregateException>(
                            () => client.ResendOtpAsync(text, Sandbox.Session).Wait()).InnerException;
                        Assert.AreEqual("token", error.ParamName);
                    }
            Assert.AreEqual(0, Sandbox.Requests().Count);
        }

        [Test]
        public void BadOptions()
        {
            string[] bad = { "", "a\0b", "\ud800", "\r\n", new string('x', 8193) };
            var setters = new Dictionary<string, Action<PaywallOptions, string>>
            {
                { "environment", (options, value) => options.Environment = value },
                { "base_url", (options, value) => options.BaseUrl = value },
                { "api_key", (options, value) => options.ApiKey = value },
                { "api_client", (options, value) => options.ApiClient = value },
                { "proxy", (options, value) => options.Proxy = value },
                { "ca_file", (options, value) => options.CaFile = value },
                { "locale", (options, value) => options.Locale = value },
                { "app", (options, value) => options.App = value },
            };
            foreach (KeyValuePair<string, Action<PaywallOptions, string>> setter in setters)
                foreach (string value in bad)
                {
                    PaywallOptions options = Sandbox.Options;
                    setter.Value(options, value);
                    Refused(setter.Key, () => new PaywallClient(options));
                }
            foreach (int number in new[] { 0, -1, int.MaxValue, int.MinValue })
            {
                PaywallOptions options = Sandbox.Options;
                options.TimeoutMs = number;
                Refused("timeout_ms", () => new PaywallClient(options));
            }
            foreach (string name in new[] { "", "Host", "X-\0", "X-\ud800", "İ" })
            {
                PaywallOptions options = Sandbox.Options;
                options.Headers[name] = "1";
                Assert.Throws<PaywallArgumentException>(() => new PaywallClient(options));
            }
            PaywallOptions withNull = Sandbox.Options;
            withNull.Headers["X-Shop"] = null;
            Refused("header", () => new PaywallClient(withNull));
            Refused("api_key", () => new PaywallClient(new PaywallOptions { Environment = "test" }));
            Assert.Throws<ArgumentNullException>(() => new PaywallClient(null));
            Assert.Throws<ArgumentNullException>(() => PaywallOptions.From(null));
        }

        [Test]
        public void AppSettings()
        {
            var settings = new NameValueCollection
            {
                { "webpages:Version", "3.0.0.0" }, { null, "x" }, { "Paywall:BaseUrl", Sandbox.Https },
                { "paywall.ca_file", Sandbox.CaFile }, { "PAYWALL_API_KEY", Sandbox.ApiKey },
                { "Paywall:APICLIENT", Sandbox.ApiClient }, { "Paywall:timeoutMs", "7000" }, { "Paywall:idle_timeout_ms", "0" },
                { "Paywall:Proxy", "" }, { "Paywall:header.X-Shop", "42" },
            };
            foreach (string culture in new[] { "tr-TR", "" })
                using (new Culture(culture))
                {
                    PaywallOptions options = PaywallOptions.From(settings);
                    Assert.AreEqual(Sandbox.ApiClient, options.ApiClient);
                    Assert.AreEqual(7000, options.TimeoutMs);
                    Assert.AreEqual(0, options.IdleTimeoutMs);
                    Assert.IsNull(options.Proxy);
                    Assert.AreEqual("42", options.Headers["x-shop"]);
                    using (var other = new PaywallClient(options))
                        Assert.AreEqual("new", other.ResendOtp(Token, Sandbox.Session).Transport.Connection);
                }
            Refused("timeout_ms", () => PaywallOptions.From(new NameValueCollection { { "Paywall:TimeoutMs", "7,5" } }));
            Refused("Paywall:ApiKye", () => PaywallOptions.From(new NameValueCollection { { "Paywall:ApiKye", "1" } }));
        }

        [Test]
        public void TheEnvironment()
        {
            var variables = new Dictionary<string, string>
            {
                { "BASE_URL", Sandbox.Https }, { "CA_FILE", Sandbox.CaFile }, { "API_KEY", Sandbox.ApiKey },
                { "API_CLIENT", Sandbox.ApiClient }, { "IDLE_TIMEOUT_MS", "" },
            };
            try
            {
                foreach (KeyValuePair<string, string> variable in variables)
                    Environment.SetEnvironmentVariable("PAYWALL_" + variable.Key, variable.Value);
                foreach (string culture in new[] { "tr-TR", "" })
                    using (new Culture(culture))
                    using (PaywallClient other = PaywallClient.FromEnvironment())
                        Assert.AreEqual("ok", other.ResendOtp(Token, Sandbox.Session).Status);
            }
            finally
            {
                foreach (string name in variables.Keys)
                    Environment.SetEnvironmentVariable("PAYWALL_" + name, null);
            }
        }

        [Test]
        public void CancelledBeforeItBegan()
        {
            using (var source = new CancellationTokenSource())
            {
                source.Cancel();
                Task<ResendOtpResult> task = client.ResendOtpAsync(Token, Sandbox.Session, source.Token);
                Assert.Throws<AggregateException>(() => task.Wait());
                Assert.IsTrue(task.IsCanceled);
            }
            Assert.AreEqual(0, Sandbox.Requests().Count);
        }

        [Test]
        public void CancelledWhileItWaitsForAThread()
        {
            using (var source = new CancellationTokenSource())
            using (var goOn = new ManualResetEvent(false))
            {
                // Far more than the threads of the pool, which adds only one or two a second.
                Task[] busy = Enumerable.Range(0, 500).Select(_ => Task.Run(() => goOn.WaitOne())).ToArray();
                Task<ResendOtpResult> task = client.ResendOtpAsync(Token, Sandbox.Session, source.Token);
                Thread.Sleep(50);
                source.Cancel();
                goOn.Set();
                Assert.Throws<AggregateException>(() => task.Wait());
                Assert.IsTrue(task.IsCanceled);
                Task.WaitAll(busy);
            }
            Assert.AreEqual(0, Sandbox.Requests().Count);
        }

        [Test]
        public void CancelledAfterItBegan()
        {
            foreach (string token in new[] { "sbx_delay_500", "sbx_hang" })
                using (var source = new CancellationTokenSource())
                {
                    Sandbox.Clear();
                    PaywallOptions options = Sandbox.Options;
                    options.TimeoutMs = 1000;
                    using (var other = new PaywallClient(options))
                    {
                        Task<ResendOtpResult> task = other.ResendOtpAsync(token, Sandbox.Session, source.Token);
                        while (Sandbox.Requests().Count == 0)
                            Thread.Sleep(5);
                        source.Cancel();
                        if (token == "sbx_hang")
                            Assert.IsTrue(Assert.Throws<AggregateException>(() => task.Wait()).InnerException
                                is PaywallInDoubtException);
                        else
                            Assert.AreEqual("new", task.Result.TokenState);
                        Assert.IsFalse(task.IsCanceled);
                        Assert.AreEqual(1, Sandbox.Requests().Count);
                    }
                }
        }

        [Test]
        public void ManyThreadsAtOnce()
        {
            Task<ResendOtpResult>[] tasks =
                Enumerable.Range(0, 100).Select(_ => client.ResendOtpAsync(Token, Sandbox.Session)).ToArray();
            Task.WaitAll(tasks);
            Assert.AreEqual(100, tasks.Select(task => task.Result.RequestId).Distinct().Count());
            foreach (Task<ResendOtpResult> task in tasks)
                Assert.AreEqual(1, Sandbox.Requests(task.Result.RequestId).Count);
        }

        [Test]
        public void ADisposedClientSendsNothing()
        {
            client.Dispose();
            client.Dispose();
            Assert.AreEqual("PaywallClient",
                Assert.Throws<ObjectDisposedException>(() => client.ResendOtp(Token, Sandbox.Session)).ObjectName);
            Assert.Throws<ObjectDisposedException>(() => client.ResendOtp(null, Sandbox.Session));
            Assert.Throws<ObjectDisposedException>(() => client.Check());
            Assert.IsTrue(Assert.Throws<AggregateException>(() => client.ResendOtpAsync(Token, Sandbox.Session).Wait())
                .InnerException is ObjectDisposedException);
            Assert.AreEqual(0, Sandbox.Requests().Count);
        }

        [Test]
        public void DisposedDuringACallTheCallGoesOn()
        {
            Task<ResendOtpResult> task = client.ResendOtpAsync("sbx_delay_300", Sandbox.Session);
            while (Sandbox.Requests().Count == 0)
                Thread.Sleep(5);
            client.Dispose();
            Assert.Throws<ObjectDisposedException>(() => client.ResendOtp(Token, Sandbox.Session));
            Assert.AreEqual("new", task.Result.TokenState);
        }

        [Test]
        public void AFinalizerMayCall()
        {
            // On its own thread: the stack is gone when the collector looks for references.
            var thread = new Thread(() =>
            {
                for (int i = 0; i < 20; i++)
                    new CallsAtItsEnd(new PaywallClient(Sandbox.Options));
            });
            thread.Start();
            thread.Join();
            for (int i = 0; i < 100 && CallsAtItsEnd.Seen < 10; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            Assert.IsTrue(CallsAtItsEnd.Seen >= 10);
            Assert.AreEqual(0, CallsAtItsEnd.Failed, CallsAtItsEnd.Failure);
            Assert.AreEqual(CallsAtItsEnd.Seen, Sandbox.Requests().Count);
        }

        [Test]
        public void ClientsThatNobodyDisposesAreFreed()
        {
            for (int i = 0; i < 2000; i++)
                new PaywallClient(Sandbox.Options);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.AreEqual("ok", client.ResendOtp(Token, Sandbox.Session).Status);
        }

        [Test]
        public void AMockNeedsNoLibrary()
        {
            ResendOtpResult result = ResendOtpResult.FromJson(
                "{\"status\":\"later\",\"action\":\"dance\",\"message\":\"ş\\u0131\\n\",\"otp_token\":\"t\",\"new\":[1,-2.5e3,{}],"
                + "\"error\":{\"kind\":\"odd\",\"retry_after_ms\":86400000000}}");
            Assert.AreEqual("dance", result.Action);
            Assert.AreEqual("şı\n", result.Message);
            Assert.AreEqual(86400000000L, result.Error.RetryAfterMs);
            Assert.IsNull(result.Transport.ElapsedUs);
            Assert.AreEqual("şı\n", new PaywallRejectedException(result).Message);
            foreach (string broken in new[] { "", "{", "[]", "{\"a\":1}", "{\"a\":1}x", "{\"status\":\"\\ud8", "nul", "{\"a\" 1}",
                new string('[', 100000) })
                Assert.Throws<FormatException>(() => ResendOtpResult.FromJson(broken));
        }

        [Test]
        public void TwentyThousandCallsLeaveMemoryFlat()
        {
            // .NET Core lets its youngest generation grow to the size of the processor's cache before the first collection.
            for (int i = 0; i < 20000; i++)
                client.ResendOtp(Token, Sandbox.Session);
            long before = Resident();
            for (int i = 0; i < 20000; i++)
                client.ResendOtp(Token, Sandbox.Session);
            long grown = Resident() - before;
            Console.WriteLine("20,000 calls: " + before + " KiB resident before, grown by " + grown + " KiB");
            // If each call left a kilobyte, it would be 20,000.
            Assert.IsTrue(grown < 6000, "grown by " + grown + " KiB");
        }

        private static void Refused(string name, TestDelegate call)
        {
            var error = Assert.Throws<PaywallArgumentException>(call);
            Assert.AreEqual(name, error.ParamName);
            Assert.AreEqual(name, error.Code);
            Assert.AreEqual("invalid", error.Result.Status);
            Assert.IsTrue(error.Message.StartsWith("nothing was sent: " + name, StringComparison.Ordinal), error.Message);
            Assert.AreEqual(error.Result.Message, error.Message);
        }

        private static long Resident()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            if (Path.DirectorySeparatorChar == '\\')
                return System.Diagnostics.Process.GetCurrentProcess().WorkingSet64 / 1024;
            string line = File.ReadAllLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            return long.Parse(line.Substring(6).Replace("kB", "").Trim());
        }

        private sealed class CallsAtItsEnd
        {
            internal static int Seen, Failed;
            internal static string Failure;
            private readonly PaywallClient client;

            internal CallsAtItsEnd(PaywallClient client)
            {
                this.client = client;
            }

            ~CallsAtItsEnd()
            {
                try
                {
                    client.ResendOtp(Token, Sandbox.Session);
                }
                catch (Exception error)
                {
                    Failed++;
                    Failure = error.ToString();
                }
                Seen++;
            }
        }
    }
}
