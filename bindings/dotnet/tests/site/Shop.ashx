<%@ WebHandler Language="C#" Class="Shop" %>
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Web;
using System.Web.SessionState;
using Paywall;

/// <summary>
/// The rest of the shop. It begins an operation, as the page before the code does, and writes its state, one value per line.
/// </summary>
public class Shop : IHttpHandler, IRequiresSessionState
{
    // Each application domain has its own.
    private static readonly Guid Domain = Guid.NewGuid();

    static Shop()
    {
        string ended = Path.Combine(HttpRuntime.AppDomainAppPath, "..", "ended");
        AppDomain.CurrentDomain.DomainUnload += delegate { File.WriteAllText(ended, ""); };
    }

    public bool IsReusable { get { return true; } }

    public void ProcessRequest(HttpContext context)
    {
        if (context.Request.HttpMethod == "POST")
        {
            context.Session["otp_token"] = context.Request.Form["token"];
            context.Session["otp_session"] = context.Request.Form["session"];
        }
        context.Response.ContentType = "text/plain";
        Write(context, "token", context.Session["otp_token"]);
        Write(context, "domain", Domain);
        Write(context, "process", Process.GetCurrentProcess().Id);
        Write(context, "assembly", typeof(PaywallClient).Assembly.Location);
        Write(context, "libraries", string.Join(" ", File.ReadLines("/proc/self/maps")
            .Where(line => line.Contains("libpaywall")).Select(line => Path.GetFileName(line)).Distinct().OrderBy(name => name)));
    }

    private static void Write(HttpContext context, string name, object value)
    {
        context.Response.Write(name + "=" + value + "\n");
    }
}
