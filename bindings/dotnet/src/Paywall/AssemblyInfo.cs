using System.Reflection;
using System.Resources;

[assembly: AssemblyTitle("Paywall")]
[assembly: AssemblyDescription("Paywall's Masterpass \"Resend OTP\", sent at most once, with the truth about it")]
[assembly: AssemblyCompany("libpaywall contributors")]
[assembly: AssemblyProduct("libpaywall")]
[assembly: AssemblyCopyright("Copyright (c) 2026 libpaywall contributors")]
// Only the major version. If an assembly has a strong name, .NET Framework loads exactly the version that a program was
// built with: with more numbers here, each update would need a binding redirect.
[assembly: AssemblyVersion("0.0.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: NeutralResourcesLanguage("en")]
