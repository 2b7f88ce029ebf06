using System;
using System.Reflection;
using NUnit.Framework;

namespace Paywall.Tests
{
    /// <summary>The name by which programs find our assembly. If it changes, programs built with it break.</summary>
    [TestFixture]
    public class IdentityTests
    {
        private static readonly Assembly Ours = typeof(PaywallClient).Assembly;

        [Test]
        public void TheVersionIsOnlyTheMajorOne()
        {
            var file = (AssemblyFileVersionAttribute)Attribute.GetCustomAttribute(Ours, typeof(AssemblyFileVersionAttribute));
            Assert.AreEqual(new Version(new Version(file.Version).Major, 0, 0, 0), Ours.GetName().Version);
        }

        [Test]
        public void TheKeyStaysTheSame()
        {
            Assert.AreEqual("45-C4-62-CB-7C-2B-89-D0", BitConverter.ToString(Ours.GetName().GetPublicKeyToken()));
        }
    }
}
