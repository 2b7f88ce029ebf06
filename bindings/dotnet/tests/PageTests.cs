#if !NETSTANDARD2_0
using System.Collections.Generic;
using System.Threading.Tasks;
using NUnit.Framework;

namespace Paywall.Tests
{
    /// <summary>The example's page over HTTP: what the shopper reads, and what the service receives.</summary>
    [TestFixture]
    public class PageTests
    {
        private const string Sent = "Size yeni bir kod gönderdik. Lütfen kodu girin.";
        private Site site;

        [TestFixtureSetUp]
        public void Serve()
        {
            site = new Site();
        }

        [TestFixtureTearDown]
        public void Stop()
        {
            site.Dispose();
        }

        [SetUp]
        public void Clear()
        {
            Sandbox.Clear();
        }

        [Test]
        public void EachPressIsOneResend()
        {
            Dictionary<string, object> operation = Sandbox.Operation("{\"cooldown_ms\":0}");
            string first = (string)operation["otp_token"];
            Browser browser = new Browser(site).Begin(first, (string)operation["session_id"]);
            Assert.AreEqual(0, Sandbox.Requests().Count);

            Assert.AreEqual(Sent, browser.Press());
            Assert.IsTrue(browser.AsksForTheCode);
            Assert.AreEqual(1, Sandbox.Requests().Count);
            string second = browser.Knows()["token"];
            Assert.IsFalse(second == first);

            // This press uses the token that the first one brought: the service would refuse the old one.
            Assert.AreEqual(Sent, browser.Press());
            Assert.IsFalse(browser.Knows()["token"] == second);
            browser.Open();
            Assert.AreEqual(2, Sandbox.Requests().Count);
        }

        [Test]
        public void EachOutcomeIsInTheShoppersWords()
        {
            foreach (string[] outcome in new[]
            {
                new[] { "sbx_reset_after", "Yalnızca gelmezse yeniden basın.", "" },
                new[] { "sbx_cooldown", "lütfen biraz bekleyin.", "" },
                new[] { "sbx_limit", "başka kod gönderilemez.", "Ödemeye yeniden başla" },
                new[] { "sbx_token_expired", "süresi doldu.", "Ödemeye yeniden başla" },
                new[] { "sbx_3d", "kendi sayfasında onaylıyor.", "Bankanızda devam edin" },
                new[] { "sbx_no_bank_otp", "3-D Secure ile yeniden başlayın.", "Ödemeye yeniden başla" },
                new[] { "sbx_account_blocked", "Masterpass hesabınızı", "Başka bir yöntemle öde" },
                new[] { "sbx_http_401", "Şu anda kod gönderilemiyor.", "Başka bir yöntemle öde" },
            })
            {
                Sandbox.Clear();
                Browser browser = new Browser(site).Begin(outcome[0]);
                string shown = browser.Press();
                Assert.IsTrue(shown.Contains(outcome[1]), outcome[0] + ": " + shown);
                Assert.AreEqual(outcome[2], browser.Link, outcome[0]);
                Assert.AreEqual(outcome[2] == "", browser.AsksForTheCode);
                Assert.AreEqual(1, Sandbox.Requests().Count);
            }
        }

        [Test]
        public void AnEnglishBrowserIsAnsweredInEnglish()
        {
            Browser browser = new Browser(site) { Language = "en-GB,en;q=0.9" }.Begin("sbx_limit");
            Assert.IsTrue(browser.Press().StartsWith("No more codes can be sent"));
            Assert.AreEqual("Begin the payment again", browser.Link);
        }

        [Test]
        public void ADoubleClickComesSecondWithTheNewToken()
        {
            Dictionary<string, object> operation = Sandbox.Operation("");
            Browser browser = new Browser(site).Begin((string)operation["otp_token"], (string)operation["session_id"]);
            Task<string>[] shown = { Task.Run(() => browser.Press()), Task.Run(() => browser.Press()) };
            Task.WaitAll(shown);
            string both = shown[0].Result + shown[1].Result;
            // With the old token the shopper would have to begin again.
            Assert.IsTrue(both.Contains(Sent) && both.Contains("lütfen biraz bekleyin."), both);
            Assert.AreEqual(2, Sandbox.Requests().Count);
        }

        [Test]
        public void TooManyPressesSendNothing()
        {
            Browser browser = new Browser(site).Begin("sbx_ok_0000");
            for (int i = 0; i < 5; i++)
                Assert.AreEqual(Sent, browser.Press());
            Assert.AreEqual("Çok sık denediniz. Lütfen bir dakika bekleyin.", browser.Press());
            Assert.AreEqual(429, browser.Status);
            Assert.AreEqual(5, Sandbox.Requests().Count);
        }

        [Test]
        public void WithoutJavaScriptTheButtonWorks()
        {
            Browser browser = new Browser(site).Begin("sbx_ok_5001");
            Assert.AreEqual(Sent, browser.Press("Resend"));
            Assert.AreEqual(1, Sandbox.Requests().Count);
            // Enter presses the first button: that must not be the one that sends.
            browser.Press(browser.FirstButton);
            Assert.AreEqual(1, Sandbox.Requests().Count);
        }

        [Test]
        public void WithoutASessionNothingIsSent()
        {
            Assert.IsTrue(new Browser(site).Open().Press().StartsWith("Bu ödeme tamamlandı"));
            Assert.AreEqual(0, Sandbox.Requests().Count);
        }

        [Test]
        public void ARecycledApplicationTakesTheNewestLibrary()
        {
            Browser browser = new Browser(site).Begin("sbx_ok_5001");
            browser.Press();
            Dictionary<string, string> before = browser.Knows();
            Assert.IsTrue(before["assembly"].Contains("/shadow/"), before["assembly"]);
            Assert.AreEqual("libpaywall-0.9.0.so", before["libraries"]);

            Assert.AreEqual("libpaywall-0.9.0.so", Recycled(browser, before)["libraries"]);
            site.Deploy("0.10.0");
            Dictionary<string, string> after = Recycled(browser, browser.Knows());
            // The process still holds the old one, so you must not overwrite it.
            Assert.AreEqual("libpaywall-0.10.0.so libpaywall-0.9.0.so", after["libraries"]);
            Assert.AreEqual(before["process"], after["process"]);
            Assert.AreEqual(3, Sandbox.Requests().Count);
        }

        /// <summary>Recycles the application. The shopper has to begin again in the new domain, and presses once.</summary>
        private Dictionary<string, string> Recycled(Browser browser, Dictionary<string, string> before)
        {
            site.Recycle();
            browser.Begin("sbx_ok_5001");
            Assert.AreEqual(Sent, browser.Press());
            Dictionary<string, string> after = browser.Knows();
            Assert.IsFalse(after["domain"] == before["domain"], "the application was not recycled");
            return after;
        }
    }
}
#endif
