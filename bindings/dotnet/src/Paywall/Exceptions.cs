using System;
using System.Runtime.Serialization;

namespace Paywall
{
    /// <summary>
    /// A call did not end with <c>ok</c>. The message is for your log and holds no secret. .NET's own
    /// serialization leaves out token, session and answer: hand these on yourself, from <see cref="Result"/>.
    /// </summary>
    [Serializable]
    public abstract class PaywallException : Exception
    {
        private const string Member = "Paywall.Result";
        private readonly ResendOtpResult result;

        internal PaywallException(string message, ResendOtpResult result) : base(message)
        {
            this.result = result;
        }

        /// <summary>Deserializes.</summary>
        /// <param name="info">The serialized data.</param>
        /// <param name="context">Where the data comes from.</param>
        protected PaywallException(SerializationInfo info, StreamingContext context) : base(info, context)
        {
            result = (ResendOtpResult)info.GetValue(Member, typeof(ResendOtpResult));
        }

        /// <summary>The outcome, with the token and session to use next.</summary>
        public ResendOtpResult Result { get { return result; } }

        /// <summary>What to do: one of <see cref="PaywallActions"/>, or a newer one.</summary>
        public string Action { get { return result.Action; } }

        /// <summary>One of <see cref="PaywallKinds"/>, or a newer one.</summary>
        public string? Kind { get { return result.Error == null ? null : result.Error.Kind; } }

        /// <summary>The code that decided the outcome.</summary>
        public string? Code { get { return result.Error == null ? null : result.Error.Code; } }

        /// <inheritdoc/>
        public override void GetObjectData(SerializationInfo info, StreamingContext context)
        {
            base.GetObjectData(info, context);
            info.AddValue(Member, result, typeof(ResendOtpResult));
        }
    }

    /// <summary>The service answered and refused. <see cref="PaywallException.Action"/> says what to do.</summary>
    [Serializable]
    public sealed class PaywallRejectedException : PaywallException
    {
        /// <summary>Wraps an outcome.</summary>
        /// <param name="result">The outcome.</param>
        public PaywallRejectedException(ResendOtpResult result) : base(Needed.From(result).Message, result) { }

        private PaywallRejectedException(SerializationInfo info, StreamingContext context) : base(info, context) { }
    }

    /// <summary>No byte of the request left: calling again is safe.</summary>
    [Serializable]
    public sealed class PaywallNotSentException : PaywallException
    {
        /// <summary>Wraps an outcome.</summary>
        /// <param name="result">The outcome.</param>
        public PaywallNotSentException(ResendOtpResult result) : base(Needed.From(result).Message, result) { }

        private PaywallNotSentException(SerializationInfo info, StreamingContext context) : base(info, context) { }
    }

    /// <summary>
    /// The request may have arrived; no trustworthy answer came back. Never call again automatically.
    /// </summary>
    [Serializable]
    public sealed class PaywallInDoubtException : PaywallException
    {
        /// <summary>Wraps an outcome.</summary>
        /// <param name="result">The outcome.</param>
        public PaywallInDoubtException(ResendOtpResult result) : base(Needed.From(result).Message, result) { }

        private PaywallInDoubtException(SerializationInfo info, StreamingContext context) : base(info, context) { }
    }

    /// <summary>libpaywall could not be loaded, or caught a bug of its own. Nothing was sent.</summary>
    [Serializable]
    public sealed class PaywallLibraryException : PaywallException
    {
        /// <summary>Wraps an outcome.</summary>
        /// <param name="result">The outcome.</param>
        public PaywallLibraryException(ResendOtpResult result) : base(Needed.From(result).Message, result) { }

        private PaywallLibraryException(SerializationInfo info, StreamingContext context) : base(info, context) { }
    }

    /// <summary>
    /// A bad argument or option; <see cref="ArgumentException.ParamName"/> is its name. Nothing was sent. Catch it as
    /// <see cref="ArgumentException"/>.
    /// </summary>
    [Serializable]
    public sealed class PaywallArgumentException : ArgumentException
    {
        private const string Member = "Paywall.Result";
        private readonly ResendOtpResult result;

        /// <summary>Wraps an outcome.</summary>
        /// <param name="result">The outcome.</param>
        public PaywallArgumentException(ResendOtpResult result)
            : base(Needed.From(result).Message, result.Error == null ? null : result.Error.Code)
        {
            this.result = result;
        }

        private PaywallArgumentException(SerializationInfo info, StreamingContext context) : base(info, context)
        {
            result = (ResendOtpResult)info.GetValue(Member, typeof(ResendOtpResult));
        }

        /// <summary>The outcome's message, without the line that .NET adds for the parameter's name.</summary>
        public override string Message { get { return result == null ? base.Message : result.Message; } }

        /// <summary>The outcome.</summary>
        public ResendOtpResult Result { get { return result; } }

        /// <summary><c>fix_request</c> or <c>fix_configuration</c>.</summary>
        public string Action { get { return result.Action; } }

        /// <summary><c>argument</c> or <c>config</c>.</summary>
        public string? Kind { get { return result.Error == null ? null : result.Error.Kind; } }

        /// <summary>The name of the argument or option.</summary>
        public string? Code { get { return ParamName; } }

        /// <inheritdoc/>
        public override void GetObjectData(SerializationInfo info, StreamingContext context)
        {
            base.GetObjectData(info, context);
            info.AddValue(Member, result, typeof(ResendOtpResult));
        }

        internal static PaywallArgumentException Argument(string name, string rule)
        {
            return Make(PaywallActions.FixRequest, new PaywallErrorInfo(PaywallKinds.Argument, name, "argument"), rule);
        }

        internal static PaywallArgumentException Option(string name, string rule)
        {
            return Make(PaywallActions.FixConfiguration, new PaywallErrorInfo(PaywallKinds.Config, name, "config"), rule);
        }

        private static PaywallArgumentException Make(string action, PaywallErrorInfo error, string rule)
        {
            string message = "nothing was sent: " + error.Code + ": " + rule;
            return new PaywallArgumentException(new ResendOtpResult(PaywallStatuses.Invalid, action, message, error));
        }
    }

    internal static class Needed
    {
        internal static ResendOtpResult From(ResendOtpResult result)
        {
            if (result == null)
                throw new ArgumentNullException("result");
            return result;
        }
    }
}
