using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.IO;
using NUnit.Framework;

namespace Paywall.Tests
{
    /// <summary>A process loads the library once, so each case runs in its own process.</summary>
    [TestFixture]
    public class LoadingTests
    {
        private static readonly bool IsWindows = Path.DirectorySeparatorChar == '\\';
        private static readonly string Architecture = IntPtr.Size == 8 ? "x64" : "x86";
        private static readonly string Below = Path.Combine(
            "runtimes", (IsWindows ? "win-" : "linux-") + Architecture, "native");
        private string folder;
        private Dictionary<string, string> environment;

        [SetUp]
        public void Deploy()
        {
            folder = Path.Combine(Path.GetTempPath(), "paywall ş#%20-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            string built = Sandbox.Setting("PAYWALL_TEST_PROGRAMS");
            foreach (string name in new[] { "Paywall.dll", "Probe.exe", "Probe.runtimeconfig.json" })
                if (File.Exists(Path.Combine(built, name)))
                    File.Copy(Path.Combine(built, name), Path.Combine(folder, name));
            environment = new Dictionary<string, string> { { "PAYWALL_LIBRARY", "" } };
        }

        [TearDown]
        public void Remove()
        {
            Directory.Delete(folder, true);
        }

        [Test]
        public void TheProgramsOfTheReadmesRun()
        {
            string built = Sandbox.Setting("PAYWALL_TEST_PROGRAMS");
            environment["PAYWALL_LIBRARY"] = Sandbox.Setting("PAYWALL_LIBRARY");
            foreach (string name in new[] { "Readme.exe", "Readme.tr.exe" })
            {
                string printed = Sandbox.Run(Path.Combine(built, name), "", environment);
                Assert.IsTrue(printed.Contains("verify_otp"), printed);
            }
        }

        [Test]
        public void BesideTheAssembly()
        {
            var places = new List<string>
            {
                Path.Combine(Architecture, Named()), Path.Combine(Architecture, Named("0.1.0")), Path.Combine(Below, Named()),
                Named("0.1.0"),
            };
            // On Windows paywall.dll and Paywall.dll are the same file.
            if (!IsWindows)
                places.AddRange(new[] { Named(), "libpaywall.so.1" });
            foreach (string place in places)
            {
                Put(place);
                Assert.IsTrue(Probe("check").StartsWith("ok", StringComparison.Ordinal), Probe("check"));
                File.Delete(Path.Combine(folder, place));
            }
        }

#if !NETSTANDARD2_0
        [Test]
        public void BesideTheAssemblyThatWasShadowCopied()
        {
            string site = Path.Combine(folder, "site");
            Put("site/bin/x64/libpaywall.so");
            foreach (string name in new[] { "Paywall.dll", "Probe.exe" })
                File.Copy(Path.Combine(folder, name), Path.Combine(site, "bin", name));
            string[] printed = Probe("shadow \"" + site + "\"").Split('\n');
            Assert.IsTrue(printed[0].Contains("cache"), printed[0]);
            Assert.AreEqual("ok", printed[1]);
        }
#endif

        [Test]
        public void AnAssemblyFromMemoryHasNoFolder()
        {
            string built = Sandbox.Setting("PAYWALL_TEST_PROGRAMS");
            string program = Path.Combine(folder, "program"), current = Path.Combine(folder, "others", "current");
            Directory.CreateDirectory(program);
            foreach (string name in new[] { "Memory.exe", "Memory.runtimeconfig.json" })
                if (File.Exists(Path.Combine(built, name)))
                    File.Copy(Path.Combine(built, name), Path.Combine(program, name));
            // In the current folder and above it, where others may write.
            foreach (string writable in new[] { current, Path.GetDirectoryName(current) })
                foreach (string below in new[] { "", Architecture, Below })
                {
                    Directory.CreateDirectory(Path.Combine(writable, below));
                    foreach (string name in new[]
                    {
                        Named(), Named("9.9.9"), "libpaywall.so.1", "libdl.so.2", "libdl.so.2.so", "libc", "libc.so",
                        "kernel32.dll",
                    })
                        File.Copy(Path.Combine(built, "fake-planted" + Suffix), Path.Combine(writable, below, name));
                }
            string arguments = "\"" + folder + "\" \"" + current + "\" check";

            string printed = Sandbox.Run(Path.Combine(program, "Memory.exe"), arguments, environment);
            Assert.IsTrue(printed.StartsWith("PaywallLibraryException", StringComparison.Ordinal), printed);
            Assert.IsFalse(printed.Contains("others"), printed);
            // A console of Windows may not have all letters of the way there; the end of the folder's name is its own.
            string beside = Path.Combine(folder.Substring(folder.LastIndexOf('-') + 1), "program", Architecture, Named());
            Assert.IsTrue(printed.Contains(beside), printed);

            Put(Path.Combine("program", Architecture, Named()));
            printed = Sandbox.Run(Path.Combine(program, "Memory.exe"), arguments, environment);
            Assert.IsTrue(printed.StartsWith("ok", StringComparison.Ordinal), printed);
        }

        [Test]
        public void TheNewestVersionWins()
        {
            Put(Path.Combine(Architecture, Named("0.9.0")));
            Broken(Path.Combine(Architecture, Named("0.10.0")));
            Broken(Path.Combine(Architecture, Named()));
            string printed = Probe("where");
            Assert.IsTrue(printed.Contains(Named("0.9.0")), printed);
        }

        [Test]
        public void AFailureListsEveryPathWithItsReason()
        {
            string broken = Path.Combine(Architecture, Named()), other = Named("0.1.0");
            Broken(broken);
            File.WriteAllBytes(Path.Combine(folder, other), OfOtherBitness());
            string printed = Probe("check");
            Assert.IsTrue(printed.StartsWith("PaywallLibraryException", StringComparison.Ordinal), printed);
            foreach (string part in new[]
            {
                IntPtr.Size * 8 + "-bit process", broken + ": " + (IsWindows ? NoProgram : ""), other + ": " + WrongBitness,
                Path.Combine(Below, Named()) + ": no such file", IsWindows ? "" : "invalid ELF header",
                IsWindows ? "" : "libpaywall.so.1: ",
            })
                Assert.IsTrue(printed.Contains(part), part + " is not in " + printed);
            Assert.IsFalse(printed.Contains("pw_abi_version"), printed);
        }

        /// <summary>A cut file would kill the process; the loader's words about the others do not say what to do.</summary>
        [Test]
        public void ALibraryOfAnotherSystemIsToldAsSuch()
        {
            if (IsWindows)
                return;
            string built = Sandbox.Setting("PAYWALL_TEST_PROGRAMS");
            byte[] whole = File.ReadAllBytes(Sandbox.Setting("PAYWALL_LIBRARY")), arm = (byte[])whole.Clone();
            arm[18] = 183;
            byte[] cut = new byte[5000];
            Array.Copy(whole, cut, cut.Length);
            File.WriteAllBytes(Path.Combine(folder, "cut.so"), cut);
            File.WriteAllBytes(Path.Combine(folder, "arm.so"), arm);
            foreach (KeyValuePair<string, string> wrong in new Dictionary<string, string>
            {
                { Path.Combine(folder, "cut.so"), "is cut off: it has 5000 bytes of " + whole.Length + "; copy it again" },
                { Path.Combine(folder, "arm.so"), "is built for arm64, but this process runs as " + Architecture },
                { Path.Combine(built, "newer-glibc.so"), "the packages of libpaywall need glibc 2.17" },
                { Path.Combine(built, "for-musl.so"), "musl (Alpine) or glibc: install libpaywall for this one" },
            })
            {
                environment["PAYWALL_LIBRARY"] = wrong.Key;
                string printed = Probe("check");
                Assert.IsTrue(printed.Contains(wrong.Key + ": ") && printed.Contains(wrong.Value), printed);
            }
        }

        [Test]
        public void TheLibraryOfTheEnvironmentIsTheOnlyOneTried()
        {
            Put(Path.Combine(Architecture, Named()));
            foreach (KeyValuePair<string, string> named in IsWindows
                ? new Dictionary<string, string>
                {
                    { "paywall.dll", "must be an absolute path" }, { @".\paywall.dll", "must be an absolute path" },
                    { @"\paywall.dll", "must be an absolute path" }, { "C:paywall.dll", "must be an absolute path" },
                    { @"C:\no\such.dll", "no such file" }, { @"C:\windows\win.ini", NoProgram },
                }
                : new Dictionary<string, string>
                {
                    { "libpaywall.so", "must be an absolute path" }, { "./libpaywall.so", "must be an absolute path" },
                    { "/no/such/library.so", "no such file" }, { "/etc/passwd", "file too short" },
                })
            {
                environment["PAYWALL_LIBRARY"] = named.Key;
                string printed = Probe("check");
                Assert.IsTrue(printed.Contains(named.Value) || printed.Contains("invalid ELF header"), printed);
                Assert.IsFalse(printed.Contains(Path.Combine(folder, Architecture)), printed);
            }
            environment["PAYWALL_LIBRARY"] = Path.Combine(folder, Architecture, Named()).Replace('\\', '/');
            Assert.IsTrue(Probe("check").StartsWith("ok", StringComparison.Ordinal), Probe("check"));
        }

        [Test]
        public void OtherLibrariesAreRefused()
        {
            string built = Sandbox.Setting("PAYWALL_TEST_PROGRAMS");
            foreach (KeyValuePair<string, string> fake in new Dictionary<string, string>
            {
                { "fake-2.0", "its interface is 2.0, and this assembly needs 1.0 or a later 1.x" },
                { "fake-none", "it has no pw_abi_version" },
            })
            {
                environment["PAYWALL_LIBRARY"] = Path.Combine(built, fake.Key + Suffix);
                string printed = Probe("check");
                Assert.IsTrue(printed.Contains(fake.Value), printed);
            }
        }

        [Test]
        public void WhatANewerOrBrokenLibrarySaysIsInDoubt()
        {
            environment["PAYWALL_LIBRARY"] = Path.Combine(Sandbox.Setting("PAYWALL_TEST_PROGRAMS"), "fake-1.7" + Suffix);
            foreach (KeyValuePair<string, string> answer in new Dictionary<string, string>
            {
                { "status=0 document=good", "novel new-token" },
                { "status=77 document=good", "PaywallInDoubtException new-token" },
                { "status=-1 document=good", "PaywallInDoubtException new-token" },
                { "status=0 document=none", "PaywallInDoubtException mine" },
                { "status=0 document=broken", "PaywallInDoubtException mine" },
                { "status=1 document=none", "PaywallInDoubtException mine" },
                { "status=3 document=none", "PaywallInDoubtException mine" },
                { "status=2 document=none", "PaywallNotSentException" },
                { "status=4 document=none", "PaywallArgumentException" },
                { "status=5 document=good", "PaywallLibraryException" },
            })
            {
                string[] parts = answer.Key.Split(' ');
                environment["FAKE_STATUS"] = parts[0].Substring(7);
                environment["FAKE_DOCUMENT"] = parts[1].Substring(9);
                string printed = Probe("resend mine");
                Assert.IsTrue(printed.StartsWith(answer.Value, StringComparison.Ordinal), answer.Key + ": " + printed);
            }
        }

        private string Probe(string arguments)
        {
            return Sandbox.Run(Path.Combine(folder, "Probe.exe"), arguments, environment);
        }

        private void Put(string place)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, place)));
            File.Copy(Sandbox.Setting("PAYWALL_LIBRARY"), Path.Combine(folder, place));
        }

        private void Broken(string place)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, place)));
            File.WriteAllText(Path.Combine(folder, place), new string('x', 10000));
        }

        private const int BadExeFormat = 193;

        private static string Suffix { get { return IsWindows ? ".dll" : ".so"; } }

        // Windows gives the same reason for both.
        private static string NoProgram { get { return new Win32Exception(BadExeFormat).Message; } }

        private static string WrongBitness
        {
            get
            {
                return "is built for " + (IntPtr.Size == 8 ? "x86" : "x64") + ", but this process runs as " + Architecture
                    + ": install libpaywall for that machine";
            }
        }

        private static string Named(string version = null)
        {
            return (IsWindows ? "paywall" : "libpaywall") + (version == null ? "" : "-" + version) + Suffix;
        }

        private static byte[] OfOtherBitness()
        {
            byte[] library = File.ReadAllBytes(Sandbox.Setting("PAYWALL_LIBRARY"));
            if (IsWindows)
                // IMAGE_FILE_HEADER.Machine, after the signature.
                BitConverter.GetBytes((ushort)(IntPtr.Size == 8 ? 0x14c : 0x8664))
                    .CopyTo(library, BitConverter.ToInt32(library, 0x3c) + 4);
            else
                // e_machine.
                library[18] = (byte)(IntPtr.Size == 8 ? 3 : 62);
            return library;
        }
    }
}
