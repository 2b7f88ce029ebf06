using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Paywall.Interop
{
    /// <summary>The calls. They turn texts into bytes, and documents into results and exceptions.</summary>
    internal static class Call
    {
        // The index is the number.
        private static readonly string[] Statuses =
        {
            PaywallStatuses.Ok, PaywallStatuses.Rejected, PaywallStatuses.NotSent, PaywallStatuses.InDoubt,
            PaywallStatuses.Invalid, PaywallStatuses.Internal,
        };

        // Throws on lone surrogates. Encoding.UTF8 would send a question mark instead.
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        internal static ContextHandle Open(Functions functions, PaywallOptions options)
        {
            using (var config = new ConfigHandle(functions))
            {
                bool held = false;
                try
                {
                    config.DangerousAddRef(ref held);
                    foreach (KeyValuePair<string, string> option in options.All())
                        Set(functions, config.DangerousGetHandle(), option.Key, option.Value);
                    var context = new ContextHandle(functions);
                    IntPtr document;
                    int status;
                    byte[]? text;
                    // Here and below: ASP.NET aborts the thread of a page that takes too long, but not inside a finally.
                    try
                    {
                    }
                    finally
                    {
                        status = context.Open(config.DangerousGetHandle(), out document);
                        text = Taken(functions, document);
                    }
                    if (status == 0)
                        return context;
                    context.Dispose();
                    throw Failure(status, text, null, null);
                }
                finally
                {
                    if (held)
                        config.DangerousRelease();
                }
            }
        }

        internal static ResendOtpResult Resend(ContextHandle context, string token, string session)
        {
            if (context.IsDisposed)
                throw Disposed();
            string broken;
            byte[]? tokenBytes = Bytes(token, out broken);
            if (tokenBytes == null)
                throw PaywallArgumentException.Argument("token", broken);
            byte[]? sessionBytes = Bytes(session, out broken);
            bool held = false;
            try
            {
                if (sessionBytes == null)
                    throw PaywallArgumentException.Argument("session", broken);
                // Throws if the client is disposed. If that happens during the call, the context stays until its end.
                Hold(context, ref held);
                IntPtr document;
                int status;
                byte[]? text;
                try
                {
                }
                finally
                {
                    status = context.Functions.ResendOtp(
                        context.DangerousGetHandle(), tokenBytes, sessionBytes, out document);
                    text = Taken(context.Functions, document);
                }
                return Outcome(status, text, token, session);
            }
            finally
            {
                if (held)
                    context.DangerousRelease();
                Array.Clear(tokenBytes, 0, tokenBytes.Length);
                if (sessionBytes != null)
                    Array.Clear(sessionBytes, 0, sessionBytes.Length);
            }
        }

        internal static ResendOtpResult Check(ContextHandle context)
        {
            bool held = false;
            try
            {
                Hold(context, ref held);
                IntPtr document;
                int status = context.Functions.ContextCheck(context.DangerousGetHandle(), out document);
                return Outcome(status, Taken(context.Functions, document), null, null);
            }
            finally
            {
                if (held)
                    context.DangerousRelease();
            }
        }

        internal static string? MemberOf(Functions functions, string json, string pointer)
        {
            string broken;
            byte[]? jsonBytes = Bytes(json, out broken), pointerBytes = Bytes(pointer, out broken);
            if (jsonBytes == null || pointerBytes == null)
                return null;
            return Text(Taken(functions, functions.JsonGet(jsonBytes, pointerBytes)));
        }

        private static void Hold(ContextHandle context, ref bool held)
        {
            if (context.IsDisposed)
                throw Disposed();
            try
            {
                context.DangerousAddRef(ref held);
            }
            catch (ObjectDisposedException)
            {
                throw Disposed();
            }
        }

        /// <summary>The framework's own exception would name an internal class.</summary>
        private static ObjectDisposedException Disposed()
        {
            return new ObjectDisposedException("PaywallClient");
        }

        private static void Set(Functions functions, IntPtr config, string name, string value)
        {
            // The message does not name the header: its name may hold a secret by mistake.
            string shown = name.StartsWith("header.", StringComparison.Ordinal) ? "header" : name;
            string broken;
            byte[]? nameBytes = Bytes(name, out broken);
            byte[]? valueBytes = nameBytes == null ? null : Bytes(value, out broken);
            if (nameBytes == null || valueBytes == null)
                throw PaywallArgumentException.Option(shown, broken);
            IntPtr document;
            int status = functions.ConfigSet(config, nameBytes, valueBytes, out document);
            Array.Clear(valueBytes, 0, valueBytes.Length);
            byte[]? text = Taken(functions, document);
            if (status != 0)
                throw Failure(status, text, null, null);
        }

        /// <summary>A text as C takes it. If it breaks a rule: null, and that rule.</summary>
        private static byte[]? Bytes(string? text, out string broken)
        {
            broken = "";
            if (text == null)
                broken = "must not be null";
            else if (text.IndexOf('\0') >= 0)
                // C would take it as the end, and silently lose the rest.
                broken = "must not contain NUL";
            else
                try
                {
                    var bytes = new byte[Strict.GetByteCount(text) + 1];
                    Strict.GetBytes(text, 0, text.Length, bytes, 0);
                    return bytes;
                }
                catch (EncoderFallbackException)
                {
                    broken = "must be text without lone surrogates";
                }
            return null;
        }

        /// <summary>Copies and frees a text that the library returned; null if it returned none.</summary>
        private static unsafe byte[]? Taken(Functions functions, IntPtr text)
        {
            if (text == IntPtr.Zero)
                return null;
            try
            {
                byte* begin = (byte*)text, end = begin;
                while (*end != 0)
                    end++;
                var copy = new byte[checked((int)(end - begin))];
                Marshal.Copy(text, copy, 0, copy.Length);
                return copy;
            }
            finally
            {
                functions.StringFree(text);
            }
        }

        private static string? Text(byte[]? copy)
        {
            return copy == null ? null : Encoding.UTF8.GetString(copy);
        }

        private static ResendOtpResult Outcome(int status, byte[]? text, string? token, string? session)
        {
            if (status == 0 && text != null && Document.IsSuccess(text))
                return new ResendOtpResult(text);
            ResendOtpResult? result = Read(Text(text));
            if (status == 0 && result != null)
                return result;
            throw Failure(status, text, token, session);
        }

        /// <summary>The number decides. Without a document, the call's token and session are still the best ones.</summary>
        private static Exception Failure(int status, byte[]? text, string? token, string? session)
        {
            ResendOtpResult? result = Read(Text(text));
            string? name = status >= 0 && status < Statuses.Length ? Statuses[status] : null;
            if (result == null)
            {
                string message = "the library's document could not be read (status "
                    + status.ToString(CultureInfo.InvariantCulture) + ")";
                // Status 0 is in doubt too: a code is on its way, but without the new token you cannot verify it.
                bool unsent = name == PaywallStatuses.NotSent || name == PaywallStatuses.Invalid
                    || name == PaywallStatuses.Internal;
                result = unsent
                    ? new ResendOtpResult(name!, PaywallActions.ContactSupport, "nothing was sent: " + message,
                        new PaywallErrorInfo(PaywallKinds.Internal, null, "argument"))
                    : new ResendOtpResult(PaywallStatuses.InDoubt, PaywallActions.AwaitCode, message,
                        new PaywallErrorInfo(PaywallKinds.Internal, null, "decode"), token, session);
                name = result.Status;
            }
            switch (name)
            {
                case PaywallStatuses.Rejected: return new PaywallRejectedException(result);
                case PaywallStatuses.NotSent: return new PaywallNotSentException(result);
                case PaywallStatuses.Invalid: return new PaywallArgumentException(result);
                case PaywallStatuses.Internal: return new PaywallLibraryException(result);
                // An unknown status may mean anything.
                default: return new PaywallInDoubtException(result);
            }
        }

        private static ResendOtpResult? Read(string? text)
        {
            try
            {
                return text == null ? null : ResendOtpResult.FromJson(text);
            }
            catch (FormatException)
            {
                return null;
            }
        }
    }
}
