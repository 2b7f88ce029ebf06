using System;
using System.IO;
using System.Reflection;

/// <summary>Runs Probe with the assembly Paywall loaded from bytes: Memory FOLDER-OF-BOTH CURRENT-FOLDER ARGUMENT.</summary>
internal static class Memory
{
    private static void Main(string[] arguments)
    {
        Environment.CurrentDirectory = arguments[1];
        AppDomain.CurrentDomain.AssemblyResolve += (sender, wanted) =>
            wanted.Name.StartsWith("Paywall,") ? Load(arguments[0], "Paywall.dll") : null;
        Load(arguments[0], "Probe.exe").EntryPoint.Invoke(null, new object[] { new[] { arguments[2] } });
    }

    private static Assembly Load(string folder, string name)
    {
        return Assembly.Load(File.ReadAllBytes(Path.Combine(folder, name)));
    }
}
