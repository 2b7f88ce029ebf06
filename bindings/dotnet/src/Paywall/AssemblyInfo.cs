using System.Reflection;
using System.Resources;

[assembly: AssemblyTitle("Paywall")]
[assembly: AssemblyDescription("Paywall's Masterpass \"Resend OTP\", sent at most once, with the truth about it")]
// Only the major version: .NET Framework loads an assembly with a strong name only in exactly the version that a program
// was built with, and every other number here would cost each user a binding redirect per update.
[assembly: AssemblyVersion("0.0.0.0")]
[assembly: AssemblyFileVersion("0.1.0.0")]
[assembly: NeutralResourcesLanguage("en")]
