using System;
using System.Configuration;
using System.Web;
using System.Web.UI;
using System.Web.UI.WebControls;
using Paywall;

namespace Shop
{
    /// <summary>The button "send the code again" of a checkout page, for ASP.NET Web Forms on .NET Framework.</summary>
    public class ResendPage : Page
    {
        /// <summary>The outcome, in the shopper's words.</summary>
        protected Label Answer;

        /// <summary>The box for the code.</summary>
        protected TextBox Code;

        // One for the application, made from appSettings at the first use.
        private static readonly Lazy<IPaywallClient> Client = new Lazy<IPaywallClient>(
            () => new PaywallClient(PaywallOptions.From(ConfigurationManager.AppSettings)),
            System.Threading.LazyThreadSafetyMode.PublicationOnly);

        /// <summary>The shopper pressed the button. A page with session state serves one request of a shopper at a time. So
        /// the second click of a double click comes later, with the token that the first one stored.</summary>
        protected void ResendClicked(object sender, EventArgs e)
        {
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
                // An option is bad, or the shopper's session is over and there is no token to send.
                Trace.Warn("paywall", error.Message);
                Answer.Text = "Lütfen ödemeye yeniden başlayın.";
                return;
            }
            // Before you show anything: use these next, whatever the outcome is.
            if (result.OtpToken != null)
            {
                Session["otp_token"] = result.OtpToken;
                Session["otp_session"] = result.SessionId;
            }
            Code.Visible = result.Action == PaywallActions.VerifyOtp || result.Action == PaywallActions.AwaitCode
                || result.Action == PaywallActions.Wait;
            Answer.Text = HttpUtility.HtmlEncode(Text(result.Action) + " " + result.CustomerMessage);
        }

        private static string Text(string action)
        {
            switch (action)
            {
                case PaywallActions.VerifyOtp: return "Gönderdiğimiz kodu girin.";
                case PaywallActions.AwaitCode: return "Kodu girin. Yalnızca gelmezse yeniden basın.";
                case PaywallActions.Wait: return "Lütfen biraz bekleyin.";
                case PaywallActions.Retry: return "Kod gönderilmedi. Lütfen yeniden basın.";
                case PaywallActions.Restart:
                case PaywallActions.CheckOperation: return "Lütfen ödemeye yeniden başlayın.";
                default: return "Lütfen başka bir ödeme yöntemi seçin.";
            }
        }
    }
}
