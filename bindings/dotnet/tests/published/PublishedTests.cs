using System;
using System.Collections.Generic;
using System.IO;
using NUnit.Framework;

namespace Paywall.Tests
{
    /// <summary>The program of the README, published by Microsoft's SDK, with the package that users get.</summary>
    [TestFixture]
    public class PublishedTests
    {
        private string folder;
        private Dictionary<string, string> environment;

        [SetUp]
        public void Prepare()
        {
            folder = Path.Combine(Path.GetTempPath(), "paywall-" + Guid.NewGuid().ToString("N"));
            environment = new Dictionary<string, string>
            {
                { "PAYWALL_LIBRARY", "" }, { "DOTNET_BUNDLE_EXTRACT_BASE_DIR", folder },
                { "DOTNET_ROOT", Path.GetDirectoryName(Sandbox.Setting("PAYWALL_TEST_HOST")) },
            };
        }

        [TearDown]
        public void Remove()
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, true);
        }

#if NETSTANDARD2_0
        [Test]
        public void AProgramForAnyProcessor()
        {
            Assert.IsTrue(Exists("portable/runtimes/linux-x64/native/libpaywall.so"));
            Sends(Sandbox.Run(Published("portable/Shop.dll"), "", environment));
            Sends(Sandbox.Start(Published("portable/Shop"), "", environment));
        }

        [Test]
        public void ASingleFileWithTheLibraryInIt()
        {
            Assert.IsFalse(Exists("single/libpaywall.so") || Exists("single/Paywall.dll"));
            Sends(Sandbox.Start(Published("single/Shop"), "", environment));
        }

        [Test]
        public void ASingleFileWithTheLibraryBesideIt()
        {
            Assert.IsTrue(Exists("bare/libpaywall.so"));
            Sends(Sandbox.Start(Published("bare/Shop"), "", environment));
            Assert.AreEqual(0, Directory.GetFiles(folder, "libpaywall*", SearchOption.AllDirectories).Length);
        }
#else
        [Test]
        public void AProgramForAnyProcessor()
        {
            Assert.IsTrue(Exists("framework/runtimes/linux-x64/native/libpaywall.so"));
            Sends(Sandbox.Run(Published("framework/Shop.exe"), "", environment));
        }
#endif

        private static string Published(string name)
        {
            return Path.Combine(Sandbox.Setting("PAYWALL_TEST_PUBLISHED"), name);
        }

        private static bool Exists(string name)
        {
            return File.Exists(Published(name));
        }

        private static void Sends(string printed)
        {
            Assert.IsTrue(printed.StartsWith("verify_otp: ", StringComparison.Ordinal), printed);
        }
    }
}
