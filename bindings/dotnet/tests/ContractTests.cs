using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using NUnit.Framework;
using Paywall.Interop;

namespace Paywall.Tests
{
    /// <summary>Compares the assembly's words with tests/contract.json, which describes them for every language.</summary>
    [TestFixture]
    public class ContractTests
    {
        private readonly Dictionary<string, object> contract =
            (Dictionary<string, object>)Json.Read(File.ReadAllText(Sandbox.Setting("PAYWALL_CONTRACT")));

        [Test]
        public void TheConstantsAreTheContracts()
        {
            Same(List(contract, "actions"), typeof(PaywallActions));
            Same(List(contract, "kinds"), typeof(PaywallKinds));
            Same(Named(contract, "statuses").Select(status => status["name"]), typeof(PaywallStatuses));
            Same(List(contract, "token_states"), typeof(PaywallTokenStates));
        }

        [Test]
        public void TheMembersAreTheContracts()
        {
            Dictionary<string, object> members = Json.Object(contract, "members");
            Assert.AreEqual(Names(List(members, "document")), Properties(typeof(ResendOtpResult)));
            Assert.AreEqual(Names(List(members, "error")), Properties(typeof(PaywallErrorInfo)));
            Assert.AreEqual(Names(List(members, "transport")), Properties(typeof(PaywallTransport)));
        }

        [Test]
        public void TheOptionsAreTheContracts()
        {
            List<Dictionary<string, object>> options = Named(contract, "options");
            // Headers are the option header.<Name>, which has no name of its own.
            Assert.AreEqual(Names(options.Select(option => option["name"]).Concat(new[] { "headers" })),
                Properties(typeof(PaywallOptions)));
            foreach (Dictionary<string, object> option in options)
            {
                string name = (string)option["name"], expected = "PaywallOptions (set: " + name + ")";
                PropertyInfo property = typeof(PaywallOptions).GetProperty(Pascal(name));
                var set = new PaywallOptions();
                property.SetValue(set, property.PropertyType == typeof(string) ? (object)"1" : 1, null);
                Assert.AreEqual(expected, set.ToString());
                Environment.SetEnvironmentVariable((string)option["variable"], "1");
                try
                {
                    Assert.AreEqual(expected, PaywallOptions.FromEnvironment().ToString());
                }
                finally
                {
                    Environment.SetEnvironmentVariable((string)option["variable"], null);
                }
            }
        }

        private static void Same(IEnumerable<object> words, Type constants)
        {
            Assert.AreEqual(Joined(words.Select(word => Pascal((string)word) + "=" + word)),
                Joined(constants.GetFields(BindingFlags.Public | BindingFlags.Static)
                    .Select(field => field.Name + "=" + field.GetRawConstantValue())));
        }

        private static string Properties(Type type)
        {
            return Joined(type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name));
        }

        private static string Names(IEnumerable<object> words)
        {
            return Joined(words.Select(word => Pascal((string)word)));
        }

        private static string Joined(IEnumerable<string> words)
        {
            return string.Join(" ", words.OrderBy(word => word, StringComparer.Ordinal));
        }

        /// <summary>The first letter of each part becomes a capital, also after a digit: url_3d is Url3D.</summary>
        private static string Pascal(string name)
        {
            return string.Concat(name.Split('_').Select(part =>
            {
                int letter = char.IsDigit(part[0]) ? 1 : 0;
                return part.Substring(0, letter) + char.ToUpperInvariant(part[letter]) + part.Substring(letter + 1);
            }));
        }

        private static List<object> List(Dictionary<string, object> members, string name)
        {
            return (List<object>)members[name];
        }

        private static List<Dictionary<string, object>> Named(Dictionary<string, object> members, string name)
        {
            return List(members, name).Cast<Dictionary<string, object>>().ToList();
        }
    }
}
