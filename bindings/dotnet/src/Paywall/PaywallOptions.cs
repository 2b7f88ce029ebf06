using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Diagnostics;
using System.Globalization;

namespace Paywall
{
    /// <summary>The options of a client. An option that is null is not set.</summary>
    [DebuggerDisplay("{ToString(),nq}")]
    public sealed class PaywallOptions
    {
        private static readonly string[] Names =
        {
            "environment", "base_url", "api_key", "api_client", "timeout_ms", "connect_timeout_ms", "idle_timeout_ms",
            "proxy", "ca_file", "locale", "app",
        };

        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly Dictionary<string, string> values = new Dictionary<string, string>(StringComparer.Ordinal);

        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        private readonly Dictionary<string, string> headers =
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        /// <summary><c>test</c>, <c>production</c> or <c>production-tr</c>: the vendor's base addresses.</summary>
        public string? Environment { get { return Get("environment"); } set { Set("environment", value); } }

        /// <summary>The base address; wins over <see cref="Environment"/>. https, or http to this machine.</summary>
        public string? BaseUrl { get { return Get("base_url"); } set { Set("base_url", value); } }

        /// <summary>Required: the private key of the merchant panel.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? ApiKey { get { return Get("api_key"); } set { Set("api_key", value); } }

        /// <summary>Required: the private client of the merchant panel.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? ApiClient { get { return Get("api_client"); } set { Set("api_client", value); } }

        /// <summary>The whole call, name resolution included: 1 to 120000; 20000 if it is not set.</summary>
        public int? TimeoutMs { get { return Number("timeout_ms"); } set { Set("timeout_ms", Text(value)); } }

        /// <summary>Connect, proxy and TLS together, from when the name's addresses are known: 1 to 120000; 5000 if it is not set.</summary>
        public int? ConnectTimeoutMs
        {
            get { return Number("connect_timeout_ms"); }
            set { Set("connect_timeout_ms", Text(value)); }
        }

        /// <summary>How long an idle connection may be reused: 0 to 600000; 15000 if it is not set.</summary>
        public int? IdleTimeoutMs
        {
            get { return Number("idle_timeout_ms"); }
            set { Set("idle_timeout_ms", Text(value)); }
        }

        /// <summary><c>http://[user:password@]host:port</c>, or <c>env</c>: HTTPS_PROXY and NO_PROXY.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public string? Proxy { get { return Get("proxy"); } set { Set("proxy", value); } }

        /// <summary>The path of a PEM file, added to the operating system's trust store.</summary>
        public string? CaFile { get { return Get("ca_file"); } set { Set("ca_file", value); } }

        /// <summary><c>tr</c> or <c>en</c>, sent as the headers Accept-Language and locale.</summary>
        public string? Locale { get { return Get("locale"); } set { Set("locale", value); } }

        /// <summary><c>Name/1.2</c>, appended to User-Agent.</summary>
        public string? App { get { return Get("app"); } set { Set("app", value); } }

        /// <summary>Extra request headers.</summary>
        [DebuggerBrowsable(DebuggerBrowsableState.Never)]
        public IDictionary<string, string> Headers { get { return headers; } }

        /// <summary>
        /// Reads web.config's appSettings: <c>Paywall:</c> (or <c>Paywall.</c>, <c>PAYWALL_</c>) and the name of an option,
        /// written as here or as in the documentation: <c>Paywall:ApiKey</c>, <c>Paywall:api_key</c>,
        /// <c>Paywall:header.X-Shop</c>. Case does not matter. An empty value counts as unset. Other keys are ignored.
        /// </summary>
        /// <param name="settings">Such as <c>ConfigurationManager.AppSettings</c>.</param>
        /// <returns>The options.</returns>
        /// <exception cref="ArgumentException">A name is not an option, or a number is not a whole number.</exception>
        public static PaywallOptions From(NameValueCollection settings)
        {
            if (settings == null)
                throw new ArgumentNullException("settings");
            var options = new PaywallOptions();
            foreach (string key in settings.AllKeys)
            {
                if (key == null || key.Length < 9 || !key.StartsWith("paywall", StringComparison.OrdinalIgnoreCase)
                    || ":._".IndexOf(key[7]) < 0 || string.IsNullOrEmpty(settings[key]))
                    continue;
                string name = key.Substring(8);
                if (name.StartsWith("header.", StringComparison.OrdinalIgnoreCase))
                    options.headers[name.Substring(7)] = settings[key];
                else
                    options.SetAny(key, name, settings[key]);
            }
            return options;
        }

        /// <summary>
        /// Reads the environment: <c>PAYWALL_</c> and the upper-case name of each option. An empty variable counts as unset.
        /// </summary>
        /// <returns>The options.</returns>
        /// <exception cref="ArgumentException">A number is not a whole number.</exception>
        public static PaywallOptions FromEnvironment()
        {
            var options = new PaywallOptions();
            foreach (string name in Names)
            {
                string? value = System.Environment.GetEnvironmentVariable("PAYWALL_" + name.ToUpperInvariant());
                if (value != null && value.Length > 0)
                    options.SetAny(name, name, value);
            }
            return options;
        }

        /// <summary>The names of the options that are set. No values: any may hold a secret by mistake.</summary>
        /// <returns>A text without secrets.</returns>
        public override string ToString()
        {
            var set = new List<string>();
            foreach (string name in Names)
                if (values.ContainsKey(name))
                    set.Add(name);
            if (headers.Count > 0)
                set.Add("headers");
            return "PaywallOptions (set: " + string.Join(", ", set) + ")";
        }

        /// <summary>Each option that is set, under the library's name.</summary>
        internal IEnumerable<KeyValuePair<string, string>> All()
        {
            foreach (string name in Names)
                if (values.ContainsKey(name))
                    yield return new KeyValuePair<string, string>(name, values[name]);
            foreach (KeyValuePair<string, string> header in headers)
                yield return new KeyValuePair<string, string>("header." + header.Key, header.Value);
        }

        private void SetAny(string key, string name, string value)
        {
            string bare = name.Replace("_", "");
            foreach (string known in Names)
            {
                if (!string.Equals(known.Replace("_", ""), bare, StringComparison.OrdinalIgnoreCase))
                    continue;
                int ignored;
                if (known.EndsWith("_ms", StringComparison.Ordinal)
                    && !int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out ignored))
                    throw PaywallArgumentException.Option(known, "must be a whole number");
                Set(known, value);
                return;
            }
            // Ignoring a misspelt key would leave the option that it was meant for unset, without a word.
            throw PaywallArgumentException.Option(key, "is not an option");
        }

        private string? Get(string name)
        {
            string? value;
            return values.TryGetValue(name, out value) ? value : null;
        }

        private int? Number(string name)
        {
            string? value = Get(name);
            return value == null ? (int?)null : int.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }

        private void Set(string name, string? value)
        {
            if (value == null)
                values.Remove(name);
            else
                values[name] = value;
        }

        private static string? Text(int? value)
        {
            return value.HasValue ? value.Value.ToString(CultureInfo.InvariantCulture) : null;
        }
    }
}
