"""unittest: results of every kind, fixtures, subtests, skips, mocks, loading and the text runner."""

import io
import unittest
from unittest import mock

log = []

class Sample(unittest.TestCase):
    @classmethod
    def setUpClass(cls): log.append("class up")
    @classmethod
    def tearDownClass(cls): log.append("class down")
    def setUp(self): self.addCleanup(log.append, "cleanup " + self._testMethodName)
    def tearDown(self): log.append("down")
    def test_pass(self): self.assertEqual([1, 2], [1, 2])
    def test_fail(self): self.assertEqual({"a": 1}, {"a": 2}, "dicts")
    def test_error(self): raise KeyError("oops")
    @unittest.skip("not now")
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_expected(self): self.fail("yes")
    @unittest.expectedFailure
    def test_unexpected(self): pass
    def test_sub(self):
        for i in range(4):
            with self.subTest(i=i): self.assertNotEqual(i % 2, 1)
    def test_asserts(self):
        self.assertTrue(1); self.assertIn(1, [1]); self.assertIsNone(None); self.assertIsInstance(1, int)
        self.assertAlmostEqual(1.0, 1.00000001); self.assertRegex("abc", "b."); self.assertCountEqual([1, 2], [2, 1]); self.assertGreater(2, 1)
        with self.assertRaises(ValueError) as c: int("x")
        self.assertIn("invalid literal", str(c.exception))
        with self.assertRaisesRegex(TypeError, "unsupported"): 1 + "a"
        with self.assertWarns(DeprecationWarning):
            import warnings; warnings.warn("old", DeprecationWarning)
        with self.assertLogs("x", "INFO") as lc:
            import logging; logging.getLogger("x").info("hi")
        self.assertEqual(lc.output, ["INFO:x:hi"])
class Async(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        import asyncio
        await asyncio.sleep(0)
        self.assertEqual(await self.value(), 3)
    async def value(self): return 3

suite = unittest.TestSuite([unittest.defaultTestLoader.loadTestsFromTestCase(c) for c in (Sample, Async)])
result = unittest.TestResult()
suite.run(result)
print(result.testsRun, len(result.failures), len(result.errors), len(result.skipped), len(result.expectedFailures), len(result.unexpectedSuccesses), result.wasSuccessful())
for test, text in result.failures + result.errors: print(test, "|", text.splitlines()[-1])
print(result.skipped[0][1], log[0], log[-1], len(log))
stream = io.StringIO()
unittest.TextTestRunner(stream, verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName("Async.test_it", module=__import__("__main__")))
print("ok" in stream.getvalue(), "Ran 1 test" in stream.getvalue())
for a, b in [([1, 2, 3], [1, 3]), ("a\nb\n", "a\nc\n"), ((1,), (2,)), ({1}, {2}), (1, 2)]:
    try: unittest.TestCase().assertEqual(a, b)
    except AssertionError as e: print(str(e))
m = mock.Mock(return_value=5, side_effect=None); print(m(1, k=2), m.called, m.call_args, m.mock_calls); m.a.b.c.return_value = "deep"; print(m.a.b.c())
m.assert_called_once_with(1, k=2)
try: m.assert_called_with(3)
except AssertionError as e: print(e)
with mock.patch("builtins.len", lambda x: 42): print(len([]))
with mock.patch.dict("os.environ", {"MOCKED": "1"}):
    import os; print(os.environ["MOCKED"])
mm = mock.MagicMock(); mm.__getitem__.return_value = "item"; print(mm["x"], len(mm), int(mm), list(mm))
side = mock.Mock(side_effect=[1, ValueError("two")]); print(side())
try: side()
except ValueError as e: print("side", e)
auto = mock.create_autospec(lambda a, b=1: None)
try: auto()
except TypeError as e: print(e)
print(mock.sentinel.x, mock.call(1, a=2) == mock.call(1, a=2), mock.ANY == 3)
