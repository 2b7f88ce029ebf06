using System;
using System.Collections.Generic;
using System.Globalization;

namespace Paywall.Interop
{
    /// <summary>
    /// Reads the library's documents: objects as dictionaries, integers as long. We have our own reader because no reader of
    /// the framework exists on every host, and a dependency would bring version conflicts into shops.
    /// </summary>
    internal sealed class Json
    {
        private const int MaxDepth = 64;
        private readonly string text;
        private int at;

        private Json(string text)
        {
            this.text = text;
        }

        internal static object? Read(string text)
        {
            var reader = new Json(text);
            object? value = reader.Value(0);
            reader.Space();
            if (reader.at != text.Length)
                throw reader.Bad();
            return value;
        }

        internal static string? Text(Dictionary<string, object?> members, string name)
        {
            return Member(members, name) as string;
        }

        internal static long? Number(Dictionary<string, object?> members, string name)
        {
            return Member(members, name) as long?;
        }

        internal static bool Flag(Dictionary<string, object?> members, string name)
        {
            return Member(members, name) as bool? ?? false;
        }

        internal static Dictionary<string, object?>? Object(Dictionary<string, object?> members, string name)
        {
            return Member(members, name) as Dictionary<string, object?>;
        }

        private static object? Member(Dictionary<string, object?> members, string name)
        {
            object? value;
            return members.TryGetValue(name, out value) ? value : null;
        }

        private object? Value(int depth)
        {
            if (depth > MaxDepth)
                throw Bad();
            Space();
            switch (Peek())
            {
                case '{': return Members(depth);
                case '[': return Elements(depth);
                case '"': return String();
                case 't': return Word("true", true);
                case 'f': return Word("false", false);
                case 'n': return Word("null", null);
                default: return Number();
            }
        }

        private Dictionary<string, object?> Members(int depth)
        {
            // Enough room for a document: growing would cost more than reading.
            var members = new Dictionary<string, object?>(depth == 0 ? 24 : 6);
            at++;
            if (Took('}'))
                return members;
            do
            {
                Space();
                if (Peek() != '"')
                    throw Bad();
                string name = String();
                if (!Took(':'))
                    throw Bad();
                members[name] = Value(depth + 1);
            }
            while (Took(','));
            if (!Took('}'))
                throw Bad();
            return members;
        }

        private List<object?> Elements(int depth)
        {
            var elements = new List<object?>();
            at++;
            if (Took(']'))
                return elements;
            do
                elements.Add(Value(depth + 1));
            while (Took(','));
            if (!Took(']'))
                throw Bad();
            return elements;
        }

        private string String()
        {
            // The service's answer is a string with about a hundred escapes. With locals and without a builder, reading it
            // takes little more than half the time.
            string all = text;
            int begin = ++at, i = begin;
            bool isEscaped = false;
            while (i < all.Length && all[i] != '"')
            {
                isEscaped |= all[i] == '\\';
                i += all[i] == '\\' ? 2 : 1;
            }
            if (i >= all.Length)
                throw Bad();
            at = i + 1;
            return isEscaped ? Unescaped(begin, i) : all.Substring(begin, i - begin);
        }

        private string Unescaped(int begin, int end)
        {
            string all = text;
            var built = new char[end - begin];
            int length = 0;
            for (int i = begin; i < end; i++)
            {
                char c = all[i];
                if (c == '\\')
                {
                    c = all[++i];
                    if (c == 'u')
                    {
                        c = Unit(i + 1, end);
                        i += 4;
                    }
                    else if (c != '"' && c != '\\' && c != '/')
                        c = Control(c);
                }
                built[length++] = c;
            }
            return new string(built, 0, length);
        }

        private char Control(char c)
        {
            switch (c)
            {
                case 'b': return '\b';
                case 'f': return '\f';
                case 'n': return '\n';
                case 'r': return '\r';
                case 't': return '\t';
                default: throw Bad();
            }
        }

        private char Unit(int begin, int end)
        {
            ushort unit;
            if (begin + 4 > end || !ushort.TryParse(
                text.Substring(begin, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out unit))
                throw Bad();
            return (char)unit;
        }

        private object Number()
        {
            int begin = at;
            while (at < text.Length && (char.IsDigit(text[at]) || "+-.eE".IndexOf(text[at]) >= 0))
                at++;
            string digits = text.Substring(begin, at - begin);
            long whole;
            double broken;
            if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out whole))
                return whole;
            // No member is a fraction today, but a later one may be.
            if (double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out broken))
                return broken;
            throw Bad();
        }

        private object? Word(string word, object? value)
        {
            if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0)
                throw Bad();
            at += word.Length;
            return value;
        }

        private bool Took(char c)
        {
            Space();
            if (Peek() != c)
                return false;
            at++;
            return true;
        }

        private char Peek()
        {
            if (at >= text.Length)
                throw Bad();
            return text[at];
        }

        private void Space()
        {
            while (at < text.Length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t'))
                at++;
        }

        private FormatException Bad()
        {
            // The message does not quote the text, because it has the token.
            return new FormatException("not JSON, at character " + at.ToString(CultureInfo.InvariantCulture));
        }
    }
}
