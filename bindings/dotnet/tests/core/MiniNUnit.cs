// The parts of NUnit 2.6 that the tests use. NUnit itself is built for .NET Framework and does not run an assembly that is
// built for netstandard. Every test method runs; none is skipped.
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Reflection;

namespace NUnit.Framework
{
    internal delegate void TestDelegate();

    [AttributeUsage(AttributeTargets.Class)]
    internal sealed class TestFixtureAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class TestAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class SetUpAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class TearDownAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class TestCaseSourceAttribute : Attribute
    {
        internal TestCaseSourceAttribute(string name)
        {
            Name = name;
        }

        internal string Name { get; private set; }
    }

    internal static class Assert
    {
        internal static void AreEqual(object expected, object actual, string message = null)
        {
            bool isEqual = IsWhole(expected) && IsWhole(actual)
                ? Convert.ToInt64(expected) == Convert.ToInt64(actual) : Equals(expected, actual);
            if (!isEqual)
                throw new Exception("expected <" + expected + ">, was <" + actual + "> " + message);
        }

        internal static void IsTrue(bool condition, string message = null)
        {
            if (!condition)
                throw new Exception("not true: " + message);
        }

        internal static void IsFalse(bool condition, string message = null)
        {
            IsTrue(!condition, message);
        }

        internal static void IsNull(object value)
        {
            AreEqual(null, value);
        }

        internal static void IsNotNull(object value)
        {
            IsTrue(value != null, "is null");
        }

        internal static T Throws<T>(TestDelegate call) where T : Exception
        {
            try
            {
                call();
            }
            catch (Exception error)
            {
                AreEqual(typeof(T), error.GetType(), error.ToString());
                return (T)error;
            }
            throw new Exception("nothing was thrown, expected " + typeof(T));
        }

        private static bool IsWhole(object value)
        {
            return value is int || value is long;
        }
    }

    internal static class Runner
    {
        private static int Main()
        {
            int passed = 0, failed = 0;
            string only = Environment.GetEnvironmentVariable("ONLY") ?? "";
            Stopwatch watch = Stopwatch.StartNew();
            foreach (Type fixture in typeof(Runner).Assembly.GetTypes().Where(type => Has<TestFixtureAttribute>(type)))
                foreach (MethodInfo test in fixture.GetMethods().Where(method => Has<TestAttribute>(method)
                    && (fixture.Name + "." + method.Name + ".").StartsWith(only == "" ? "" : only + ".")))
                    foreach (object[] arguments in Cases(fixture, test))
                        if (Passes(fixture, test, arguments))
                            passed++;
                        else
                            failed++;
            Console.WriteLine("{0} on {1}: {2} tests passed, {3} failed, {4:F1} s",
                AppContext.TargetFrameworkName ?? ".NET Core", Environment.Version, passed, failed,
                watch.Elapsed.TotalSeconds);
            return failed == 0 && passed > 0 ? 0 : 1;
        }

        private static IEnumerable<object[]> Cases(Type fixture, MethodInfo test)
        {
            var source = test.GetCustomAttribute<TestCaseSourceAttribute>();
            return source == null
                ? new[] { new object[0] }
                : (IEnumerable<object[]>)fixture.GetMethod(source.Name).Invoke(null, null);
        }

        private static bool Passes(Type fixture, MethodInfo test, object[] arguments)
        {
            object instance = Activator.CreateInstance(fixture);
            try
            {
                Call<SetUpAttribute>(instance);
                try
                {
                    test.Invoke(instance, arguments);
                }
                finally
                {
                    Call<TearDownAttribute>(instance);
                }
                return true;
            }
            catch (TargetInvocationException error)
            {
                Console.WriteLine("FAILED " + fixture.Name + "." + test.Name + " (" + string.Join(", ", arguments) + ") "
                    + error.InnerException);
                Console.WriteLine("only this test: make test-dotnet ONLY=" + fixture.Name + "." + test.Name);
                return false;
            }
        }

        private static void Call<T>(object instance) where T : Attribute
        {
            foreach (MethodInfo method in instance.GetType().GetMethods().Where(method => Has<T>(method)))
                method.Invoke(instance, null);
        }

        private static bool Has<T>(MemberInfo member) where T : Attribute
        {
            return member.GetCustomAttribute<T>() != null;
        }
    }
}
