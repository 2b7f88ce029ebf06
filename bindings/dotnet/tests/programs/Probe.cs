using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using Paywall;

/// <summary>One call in its own process; prints the outcome.</summary>
internal static class Probe
{
    private static void Main(string[] arguments)
    {
#if !NETSTANDARD2_0
        if (arguments[0] == "shadow")
        {
            // As in ASP.NET: the assemblies are in bin, below the base, and a copy of them runs.
            var setup = new AppDomainSetup
            {
                ApplicationName = "shop", ApplicationBase = arguments[1], PrivateBinPath = "bin", ShadowCopyFiles = "true",
                CachePath = Path.Combine(arguments[1], "cache"),
            };
            AppDomain domain = AppDomain.CreateDomain("shop", null, setup);
            domain.ExecuteAssemblyByName("Probe", new[] { "check" });
            AppDomain.Unload(domain);
            return;
        }
        if (AppDomain.CurrentDomain.ShadowCopyFiles)
            Console.WriteLine(typeof(PaywallClient).Assembly.Location);
#endif
        try
        {
            using (PaywallClient client = PaywallClient.FromEnvironment())
                switch (arguments[0])
                {
                    case "check":
                        Console.WriteLine(client.Check().Status);
                        break;
                    case "where":
                        Console.WriteLine(Path.DirectorySeparatorChar == '/'
                            ? File.ReadLines("/proc/self/maps").First(line => Path.GetFileName(line).StartsWith("libpaywall"))
                            : Process.GetCurrentProcess().Modules.Cast<ProcessModule>().Select(module => module.FileName)
                                .First(name => Path.GetFileName(name).StartsWith("paywall-")));
                        break;
                    default:
                        ResendOtpResult result = client.ResendOtp(arguments[1], "6489433e-f36b-1410-825e-001264113a90");
                        Console.WriteLine(result.Status + " " + result.OtpToken);
                        break;
                }
        }
        catch (PaywallLibraryException error)
        {
            Console.WriteLine("PaywallLibraryException " + error.Message);
        }
        catch (PaywallException error)
        {
            Console.WriteLine(error.GetType().Name + " " + error.Result.OtpToken);
        }
        catch (ArgumentException error)
        {
            Console.WriteLine(error.GetType().Name + " " + error.Message);
        }
    }
}
