using System;
using System.Configuration;
using System.Threading;
using System.Web;
using System.Web.UI;
using System.Web.UI.WebControls;
using Paywall;

namespace Shop
{
    /// <summary>The button "send the code again" of a checkout page, for ASP.NET Web Forms on .NET Framework.</summary>
    public class ResendPage : Page
    {
        /// <summary>Presses a minute for one payment, and from one address.</summary>
        private const int PerPayment = 5, PerAddress = 30;

        /// <summary>Where the other links of the page lead.</summary>
        private const string BeginAgain = "Checkout.aspx", OtherWays = "Checkout.aspx";

        /// <summary>The outcome, in the shopper's words.</summary>
        protected Label Answer;

        /// <summary>The box for the code.</summary>
        protected TextBox Code;

        /// <summary>The buttons "confirm" and "send the code again".</summary>
        protected Button Confirm, Resend;

        /// <summary>Where the shopper goes on if there is no code to enter.</summary>
        protected HyperLink Continue;

        // One for the application, made from appSettings at the first use.
        private static readonly Lazy<IPaywallClient> Client = new Lazy<IPaywallClient>(
            () => new PaywallClient(PaywallOptions.From(ConfigurationManager.AppSettings)),
            LazyThreadSafetyMode.PublicationOnly);

        /// <summary>The button's text is in the shopper's language too.</summary>
        protected void Page_Load(object sender, EventArgs e)
        {
            Confirm.Text = Say("confirm");
            Resend.Text = Say("resend");
        }

        /// <summary>Your code: verify <c>Code.Text</c> with the token and the session in <c>Session</c>.</summary>
        protected void ConfirmClicked(object sender, EventArgs e)
        {
        }

        /// <summary>The shopper pressed the button. A page with session state serves one request of a shopper at a time. So
        /// the second click of a double click comes later, with the token that the first one stored.</summary>
        protected void ResendClicked(object sender, EventArgs e)
        {
            if (Session["otp_token"] == null)
            {
                // The shopper's session is over, or the payment is finished.
                Show("restart", "finished", null);
                return;
            }
            // Behind a proxy, let the web server set the address: anybody can send a header.
            if (TooMany("session " + Session.SessionID, PerPayment) || TooMany("address " + Request.UserHostAddress, PerAddress))
            {
                Response.StatusCode = 429;
                Response.TrySkipIisCustomErrors = true;
                Show("code", "too_many", null);
                return;
            }
            ResendOtpResult result;
            try
            {
                result = Client.Value.ResendOtp((string)Session["otp_token"], (string)Session["otp_session"]);
            }
            catch (PaywallException error)
            {
                result = error.Result;
                Trace.Warn("paywall", error.Message);
            }
            catch (ArgumentException error)
            {
                // An option is bad.
                Trace.Warn("paywall", error.Message);
                Show("other", "unavailable", null);
                return;
            }
            // Before you show anything: use these next, whatever the outcome is.
            if (result.OtpToken != null)
            {
                Session["otp_token"] = result.OtpToken;
                Session["otp_session"] = result.SessionId;
            }
            string kind = result.Error == null ? "" : result.Error.Kind;
            foreach (string[] rule in PaywallTexts.Rules)
            {
                if ((rule[0] != "" && rule[0] != result.Action) || (rule[1] != "" && rule[1] != kind))
                    continue;
                // The address comes from outside, and becomes a link.
                bool toBank = rule[2] == "bank" && result.Url3D != null
                    && result.Url3D.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
                if (rule[2] == "bank" && !toBank)
                    Show(PaywallTexts.WithoutUrl[0], PaywallTexts.WithoutUrl[1], null);
                else
                    Show(rule[2], rule[3], toBank ? result.Url3D : null);
                break;
            }
        }

        /// <summary>Counts a press of somebody, and says whether there were more within a minute. A web farm counts per server.</summary>
        private bool TooMany(string who, int limit)
        {
            var presses = new int[1];
            presses = (int[])Cache.Add("paywall " + who, presses, null, DateTime.UtcNow.AddMinutes(1),
                System.Web.Caching.Cache.NoSlidingExpiration, System.Web.Caching.CacheItemPriority.Normal, null) ?? presses;
            return Interlocked.Increment(ref presses[0]) > limit;
        }

        /// <summary>The text, and either the box for the code or a link: the page is not left before it is read.</summary>
        private void Show(string what, string text, string url)
        {
            bool code = what == "code";
            Answer.Text = HttpUtility.HtmlEncode(Say(text));
            Code.Visible = Confirm.Visible = Resend.Visible = code;
            Continue.Visible = !code;
            if (!code)
            {
                Continue.NavigateUrl = url ?? (what == "restart" ? BeginAgain : OtherWays);
                Continue.Text = HttpUtility.HtmlEncode(Say("to_" + what));
            }
        }

        /// <summary>In the language that the browser asks for first.</summary>
        private string Say(string name)
        {
            string[] languages = Request.UserLanguages;
            return PaywallTexts.Say(name, languages == null || languages.Length == 0 ? "tr" : languages[0]);
        }
    }
}
