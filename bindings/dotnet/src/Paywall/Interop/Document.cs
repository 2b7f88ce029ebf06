using System.Text;

namespace Paywall.Interop
{
    /// <summary>What can be told of a document without reading it: it is UTF-8, and written by the library.</summary>
    internal static class Document
    {
        private static readonly byte[] Success = Encoding.ASCII.GetBytes("{\"status\":\"ok\",");
        private static readonly byte[] End = Encoding.ASCII.GetBytes("\"response_truncated\":false}");
        private static readonly byte[] CutEnd = Encoding.ASCII.GetBytes("\"response_truncated\":true}");

        /// <summary>Whether it begins and ends as every success does.</summary>
        internal static bool IsSuccess(byte[] document)
        {
            return document.Length > Success.Length + End.Length && Stands(Success, document, 0)
                && (Stands(End, document, document.Length - End.Length)
                    || Stands(CutEnd, document, document.Length - CutEnd.Length));
        }

        /// <summary>
        /// The text of the member with this key, or null if the whole must be read for that. Within a text quotation marks
        /// are escaped: what looks like the key is the key.
        /// </summary>
        internal static string? TextAfter(byte[] document, byte[] key)
        {
            for (int at = 0; at < document.Length - key.Length; at++)
            {
                if (document[at] != key[0] || document[at + 1] != key[1] || !Stands(key, document, at))
                    continue;
                int begin = at + key.Length, end = begin;
                while (end < document.Length && document[end] != '"' && document[end] != '\\')
                    end++;
                return end < document.Length && document[end] == '"'
                    ? Encoding.UTF8.GetString(document, begin, end - begin)
                    : null;
            }
            return null;
        }

        private static bool Stands(byte[] bytes, byte[] document, int at)
        {
            for (int i = 0; i < bytes.Length; i++)
                if (document[at + i] != bytes[i])
                    return false;
            return true;
        }
    }
}
