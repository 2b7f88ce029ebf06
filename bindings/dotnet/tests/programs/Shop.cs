using System;
using System.Threading;
using Paywall;

/// <summary>
/// A shop with as many threads as its argument says. Each line that it reads is a token to call with. Each line that it
/// writes is the token and the outcome of the call.
/// </summary>
internal static class Shop
{
    private static readonly object Reading = new object();

    private static void Main(string[] arguments)
    {
        using (PaywallClient client = PaywallClient.FromEnvironment())
        {
            var threads = new Thread[int.Parse(arguments[0])];
            for (int i = 0; i < threads.Length; i++)
            {
                threads[i] = new Thread(() => Serve(client));
                threads[i].Start();
            }
            foreach (Thread thread in threads)
                thread.Join();
        }
    }

    private static void Serve(PaywallClient client)
    {
        for (string token; (token = Next()) != null;)
        {
            ResendOtpResult result;
            try
            {
                result = client.ResendOtp(token, "6489433e-f36b-1410-825e-001264113a90");
            }
            catch (PaywallException error)
            {
                result = error.Result;
            }
            string kind = result.Error == null ? null : result.Error.Kind;
            // One line at a time: the console's writer is synchronized.
            Console.WriteLine(string.Join("\t", token, result.Status, kind, result.RequestId, result.OtpToken,
                result.Transport.Connection));
        }
    }

    private static string Next()
    {
        lock (Reading)
            return Console.ReadLine();
    }
}
