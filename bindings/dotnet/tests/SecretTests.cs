using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Serialization.Formatters.Binary;
using System.Text;
using NUnit.Framework;

namespace Paywall.Tests
{
    [TestFixture]
    public class SecretTests
    {
        private const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        [Test]
        public void AnExceptionThatTravelsCarriesNoToken()
        {
            PaywallException[] errors = { Failure("sbx_token_expired"), Failure("sbx_3d"), Failure("sbx_reset_after") };
            foreach (PaywallException error in errors)
            {
                var copy = (PaywallException)Travelled(error, error.Result);
                Assert.AreEqual(error.GetType(), copy.GetType());
                Assert.AreEqual(error.Message, copy.Message);
                Assert.AreEqual(error.Kind, copy.Kind);
                Assert.AreEqual(error.Result.RequestId, copy.Result.RequestId);
                Assert.IsNotNull(error.Result.OtpToken);
                Assert.IsNull(copy.Result.OtpToken);
                Assert.IsNull(copy.Result.SessionId);
                Assert.IsNull(copy.Result.ResponseBody);
                Clean(error.ToString(), error.Result);
            }
        }

        [Test]
        public void ARefusalTravels()
        {
            using (var client = new PaywallClient(Sandbox.Options))
            {
                var error = Assert.Throws<PaywallArgumentException>(() => client.ResendOtp("sbx_secret\r", Sandbox.Session));
                Assert.IsFalse(error.ToString().Contains("sbx_secret"), error.ToString());
                Assert.AreEqual(error.Message, ((PaywallArgumentException)Travelled(error, error.Result)).Message);
            }
        }

        [Test]
        public void NothingPrintedOrShownHasASecret()
        {
            PaywallOptions options = Sandbox.Options;
            options.ApiKey = "secret-key-of-the-shop";
            options.Proxy = "http://user:secret-password@127.0.0.1:1";
            options.Headers["X-Shop"] = "secret-header";
            Assert.AreEqual("PaywallOptions (set: base_url, api_key, api_client, timeout_ms, proxy, ca_file, headers)",
                options.ToString());
            foreach (string shown in Shown(options))
                Assert.IsFalse(shown.Contains("secret"), shown);
            using (var client = new PaywallClient(options))
            {
                Assert.AreEqual("PaywallClient", client.ToString());
                var error = Assert.Throws<PaywallNotSentException>(() => client.ResendOtp("sbx_ok_5001", Sandbox.Session));
                Assert.IsFalse(error.ToString().Contains("secret"), error.ToString());
                Clean(error.ToString(), error.Result);
            }
            using (var client = new PaywallClient(Sandbox.Options))
            {
                ResendOtpResult result = client.ResendOtp("sbx_ok_5001", Sandbox.Session);
                Clean(result.ToString(), result);
                foreach (string shown in Shown(result))
                    Clean(shown, result);
            }
        }

        [Test]
        public void ASuccessTravelsWholeAndWithoutItsToken()
        {
            using (var client = new PaywallClient(Sandbox.Options))
            {
                // Serialized before anybody has read a member of it.
                ResendOtpResult result = client.ResendOtp("sbx_ok_5001", Sandbox.Session);
                var copy = (ResendOtpResult)Travelled(result);
                Assert.AreEqual(result.ToString(), copy.ToString());
                Assert.AreEqual(result.Message, copy.Message);
                Assert.AreEqual(result.Transport.ElapsedUs, copy.Transport.ElapsedUs);
                Assert.IsNotNull(result.OtpToken);
                Assert.IsNull(copy.OtpToken);
                Assert.IsNull(copy.SessionId);
                Assert.IsNull(copy.ResponseBody);
            }
        }

        private static PaywallException Failure(string token)
        {
            using (var client = new PaywallClient(Sandbox.Options))
                try
                {
                    client.ResendOtp(token, Sandbox.Session);
                    throw new NotSupportedException();
                }
                catch (PaywallException error)
                {
                    return error;
                }
        }

        private static object Travelled(ResendOtpResult result)
        {
            return Travelled(result, result);
        }

        private static object Travelled(object what, ResendOtpResult result)
        {
            using (var stream = new MemoryStream())
            {
                new BinaryFormatter().Serialize(stream, what);
                Clean(Encoding.UTF8.GetString(stream.ToArray()), result);
                stream.Position = 0;
                return new BinaryFormatter().Deserialize(stream);
            }
        }

        /// <summary>The values that a debugger shows of an object.</summary>
        private static IEnumerable<string> Shown(object what)
        {
            IEnumerable<MemberInfo> members = what.GetType().GetProperties(Any).Cast<MemberInfo>()
                .Concat(what.GetType().GetFields(Any).Where(field => what is PaywallOptions || field.IsNotSerialized));
            foreach (MemberInfo member in members)
            {
                if (member.GetCustomAttributes(typeof(DebuggerBrowsableAttribute), false).Length > 0)
                    continue;
                var property = member as PropertyInfo;
                object value = property == null ? ((FieldInfo)member).GetValue(what) : property.GetValue(what, null);
                yield return Convert.ToString(value);
            }
        }

        private static void Clean(string text, ResendOtpResult result)
        {
            foreach (string secret in new[] { "sbx_", Sandbox.Session, result.OtpToken, result.SessionId, result.Url3D, Sandbox.ApiKey })
                if (secret != null)
                    Assert.IsFalse(text.Contains(secret), text);
        }
    }
}
