using System;
using System.Collections.Generic;
using System.IO;
using NUnit.Framework;
using Paywall.Interop;

namespace Paywall.Tests
{
    [TestFixture]
    public class ScenarioTests
    {
        public static IEnumerable<object[]> All()
        {
            var scenarios = (List<object>)Json.Read(File.ReadAllText(Sandbox.Setting("PAYWALL_SCENARIOS")));
            foreach (string culture in new[] { "tr-TR", "" })
                foreach (Dictionary<string, object> scenario in scenarios)
                    yield return new object[] { culture, (string)scenario["name"], scenario };
        }

        [Test]
        [TestCaseSource("All")]
        public void Scenario(string culture, string name, object what)
        {
            var scenario = (Dictionary<string, object>)what;
            var expect = (Dictionary<string, object>)scenario["expect"];
            string status = (string)expect["status"];
            string session = Json.Text(scenario, "session") ?? Sandbox.Session;
            PaywallOptions options = Sandbox.Options;
            foreach (KeyValuePair<string, object> option in
                Json.Object(scenario, "options") ?? new Dictionary<string, object>())
                Set(options, option.Key, (string)option.Value);
            Sandbox.Clear();
            ResendOtpResult result;
            using (new Culture(culture))
            using (var client = new PaywallClient(options))
                result = Outcome(client, (string)scenario["token"], session, status);
            Assert.AreEqual(status, result.Status);
            Assert.AreEqual(expect["action"], result.Action);
            Assert.AreEqual(expect["kind"], result.Error == null ? null : result.Error.Kind);
            Assert.AreEqual(expect["code"], result.Error == null ? null : result.Error.Code);
            Assert.AreEqual(expect["stage"], result.Error == null ? null : result.Error.Stage);
            Assert.AreEqual(expect["token_state"], result.TokenState);
            Assert.AreEqual(expect["session_renewed"], result.SessionRenewed);
            Assert.AreEqual(expect["http_status"], (long?)result.HttpStatus);
            bool isSent = status != "not_sent" && status != "invalid";
            Assert.AreEqual(isSent ? 1 : 0, Sandbox.Requests().Count);
            if (isSent)
                Assert.AreEqual(1, Sandbox.Requests(result.RequestId).Count);
            if (status == "invalid")
                Assert.IsNull(result.OtpToken);
            else
                Assert.AreEqual(result.TokenState == "new", result.OtpToken != (string)scenario["token"]);
        }

        private static ResendOtpResult Outcome(PaywallClient client, string token, string session, string status)
        {
            try
            {
                ResendOtpResult result = client.ResendOtp(token, session);
                Assert.AreEqual("ok", status);
                return result;
            }
            catch (PaywallException error)
            {
                Type expected = status == "rejected" ? typeof(PaywallRejectedException)
                    : status == "not_sent" ? typeof(PaywallNotSentException)
                    : status == "in_doubt" ? typeof(PaywallInDoubtException) : null;
                Assert.AreEqual(expected, error.GetType());
                Assert.AreEqual(error.Result.Message, error.Message);
                Assert.AreEqual(error.Result.Action, error.Action);
                Assert.AreEqual(error.Result.Error.Kind, error.Kind);
                Assert.AreEqual(error.Result.Error.Code, error.Code);
                return error.Result;
            }
            catch (PaywallArgumentException error)
            {
                Assert.AreEqual("invalid", status);
                Assert.AreEqual(error.Result.Message, error.Message);
                return error.Result;
            }
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
}
