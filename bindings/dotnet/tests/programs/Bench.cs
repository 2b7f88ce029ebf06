using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using Paywall;

/// <summary>
/// Prints how long a call takes, in microseconds: the median of 6,000. Before that it warms up for a second and a half,
/// because .NET Core first runs code that it has hardly optimised. Then it prints how much processor time this process
/// uses per call, its other threads included.
/// </summary>
internal static class Bench
{
    private static void Main()
    {
        var taken = new List<long>(6000);
        Process process = Process.GetCurrentProcess();
        TimeSpan busy = TimeSpan.Zero;
        using (PaywallClient client = PaywallClient.FromEnvironment())
            for (Stopwatch warm = Stopwatch.StartNew(); taken.Count < 6000;)
            {
                long begun = Stopwatch.GetTimestamp();
                client.ResendOtp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90");
                if (warm.ElapsedMilliseconds < 1500)
                    continue;
                if (taken.Count == 0)
                    busy = Busy(process);
                taken.Add(Stopwatch.GetTimestamp() - begun);
            }
        busy = Busy(process) - busy;
        taken.Sort();
        double median = taken[taken.Count / 2] * 1e6 / Stopwatch.Frequency;
        double spent = busy.TotalMilliseconds * 1000 / taken.Count;
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0:F1} {1:F1}", median, spent));
    }

    private static TimeSpan Busy(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }
}
