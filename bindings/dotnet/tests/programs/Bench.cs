using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using Paywall;

/// <summary>
/// What a call costs: the median of 3,000, in microseconds, after a second and a half to get warm: .NET Core first runs code
/// that it has hardly optimised.
/// </summary>
internal static class Bench
{
    private static void Main()
    {
        var taken = new List<long>();
        using (PaywallClient client = PaywallClient.FromEnvironment())
            for (Stopwatch warm = Stopwatch.StartNew(); taken.Count < 3000;)
            {
                long begun = Stopwatch.GetTimestamp();
                client.ResendOtp("sbx_ok_5001", "6489433e-f36b-1410-825e-001264113a90");
                if (warm.ElapsedMilliseconds >= 1500)
                    taken.Add(Stopwatch.GetTimestamp() - begun);
            }
        taken.Sort();
        double median = taken[taken.Count / 2] * 1e6 / Stopwatch.Frequency;
        Console.WriteLine(median.ToString("F1", CultureInfo.InvariantCulture));
    }
}
