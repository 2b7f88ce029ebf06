using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text;

/// <summary>
/// One of .NET's clients: <c>Calls.exe paywall|webrequest|httpclient [COUNT]</c>. Without COUNT one call, and "answered";
/// else the median and the CPU microseconds of a warm call. Each looks for the token in the answer.
/// </summary>
internal static class Calls
{
    private const string Token = "b1b9baa4018d4f17b1fd85592344b09a";
    private static readonly string Url = Environment.GetEnvironmentVariable("BENCH_URL");

    private static int Main(string[] arguments)
    {
        Func<string> call = Client(arguments[0]);
        if (arguments.Length == 1)
        {
            Check(call());
            Console.WriteLine("answered");
            return 0;
        }
        int count = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        // .NET Core first runs code that it has hardly optimised, and puts better code in its place after a while.
        for (Stopwatch warm = Stopwatch.StartNew(); warm.ElapsedMilliseconds < Math.Min(1500, count);)
            Check(call());
        var taken = new List<double>();
        TimeSpan busy = Process.GetCurrentProcess().TotalProcessorTime;
        for (int turn = 0; turn < count; turn++)
        {
            Stopwatch watch = Stopwatch.StartNew();
            Check(call());
            taken.Add(watch.Elapsed.TotalMilliseconds * 1000);
        }
        busy = Process.GetCurrentProcess().TotalProcessorTime - busy;
        taken.Sort();
        Console.WriteLine(string.Format(CultureInfo.InvariantCulture, "{0:F2} {1:F2}", taken[count / 2],
            busy.TotalMilliseconds * 1000 / count));
        return 0;
    }

    private static void Check(string answer)
    {
        if (!answer.Contains(Token))
            throw new InvalidDataException("not the expected answer");
    }

    private static Func<string> Client(string peer)
    {
        byte[] body = File.ReadAllBytes(Environment.GetEnvironmentVariable("BENCH_BODY"));
        var head = new List<string[]>();
        foreach (string line in File.ReadAllLines(Environment.GetEnvironmentVariable("BENCH_HEAD")))
            head.Add(line.Split(new[] { ": " }, 2, StringSplitOptions.None));
        switch (peer)
        {
            case "paywall":
                var client = Paywall.PaywallClient.FromEnvironment();
                return () => client.ResendOtp("67a4c0f1d2e94b6f8a1b3c5d7e9f0a2b", "6489433e-f36b-1410-825e-001264113a90").OtpToken;
            case "webrequest":
                // What every client of the .NET Framework does about it: the default waits for a "100 Continue".
                ServicePointManager.Expect100Continue = false;
                return () => WebRequestCall(head, body);
            case "httpclient":
                ServicePointManager.Expect100Continue = false;
                var http = new HttpClient();
                return () => HttpClientCall(http, head, body);
            default:
                throw new ArgumentException("paywall, webrequest or httpclient");
        }
    }

    private static string WebRequestCall(List<string[]> head, byte[] body)
    {
        var request = (HttpWebRequest)WebRequest.Create(Url);
        request.Method = "POST";
        request.Timeout = 20000;
        foreach (string[] field in head)
            switch (field[0].ToLowerInvariant())
            {
                case "content-type": request.ContentType = field[1]; break;
                case "accept": request.Accept = field[1]; break;
                case "user-agent": request.UserAgent = field[1]; break;
                default: request.Headers[field[0]] = field[1]; break;
            }
        request.ContentLength = body.Length;
        using (Stream stream = request.GetRequestStream())
            stream.Write(body, 0, body.Length);
        using (WebResponse response = request.GetResponse())
        using (var reader = new StreamReader(response.GetResponseStream(), Encoding.UTF8))
            return reader.ReadToEnd();
    }

    private static string HttpClientCall(HttpClient http, List<string[]> head, byte[] body)
    {
        using (var request = new HttpRequestMessage(HttpMethod.Post, Url))
        {
            request.Content = new ByteArrayContent(body);
            foreach (string[] field in head)
                if (field[0].Equals("content-type", StringComparison.OrdinalIgnoreCase))
                    request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(field[1]);
                else
                    request.Headers.TryAddWithoutValidation(field[0], field[1]);
            using (HttpResponseMessage response = http.SendAsync(request).GetAwaiter().GetResult())
                return response.EnsureSuccessStatusCode().Content.ReadAsStringAsync().GetAwaiter().GetResult();
        }
    }
}
