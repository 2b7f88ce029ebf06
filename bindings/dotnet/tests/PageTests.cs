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
        private const string Restart = "Lütfen ödemeye yeniden başlayın.";
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

            Assert.IsTrue(browser.Press().StartsWith("Gönderdiğimiz kodu girin."));
            Assert.IsTrue(browser.AsksForTheCode);
            Assert.AreEqual(1, Sandbox.Requests().Count);
            string second = browser.Knows()["token"];
            Assert.IsFalse(second == first);

            // This press uses the token that the first one brought: the service would refuse the old one.
            Assert.IsTrue(browser.Press().StartsWith("Gönderdiğimiz kodu girin."));
            Assert.IsFalse(browser.Knows()["token"] == second);
            browser.Open();
            Assert.AreEqual(2, Sandbox.Requests().Count);
        }

        [Test]
        public void EachOutcomeIsInTheShoppersWords()
        {
            foreach (KeyValuePair<string, string> outcome in new Dictionary<string, string>
            {
                { "sbx_reset_after", "Kodu girin. Yalnızca gelmezse yeniden basın. " },
                { "sbx_cooldown", "Lütfen biraz bekleyin. " }, { "sbx_token_expired", Restart + " " },
                { "sbx_account_blocked", "Lütfen başka bir ödeme yöntemi seçin. " },
            })
            {
                Sandbox.Clear();
                Browser browser = new Browser(site).Begin(outcome.Key);
                string shown = browser.Press();
                Assert.IsTrue(shown.StartsWith(outcome.Value), outcome.Key + ": " + shown);
                Assert.AreEqual(shown.StartsWith("Kodu") || shown.StartsWith("Lütfen biraz"), browser.AsksForTheCode);
                Assert.AreEqual(1, Sandbox.Requests().Count);
            }
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
            Assert.IsTrue(both.Contains("Gönderdiğimiz kodu girin.") && both.Contains("Lütfen biraz bekleyin."), both);
            Assert.AreEqual(2, Sandbox.Requests().Count);
        }

        [Test]
        public void WithoutASessionNothingIsSent()
        {
            Assert.AreEqual(Restart, new Browser(site).Open().Press());
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
            Assert.IsTrue(browser.Press().StartsWith("Gönderdiğimiz kodu girin."));
            Dictionary<string, string> after = browser.Knows();
            Assert.IsFalse(after["domain"] == before["domain"], "the application was not recycled");
            return after;
        }
    }
}
#endif
