"""Jupyter's own tests of a kernel, which also check every message against its schema."""

import unittest

import jupyter_kernel_test

# Seconds. The limits of the tests, 0.1 to 15, are too short on a busy machine.
PATIENCE = 600

for helper in vars(jupyter_kernel_test.KernelTests).values():
    if getattr(helper, "__defaults__", None):
        helper.__defaults__ = tuple(
            PATIENCE if value == jupyter_kernel_test.TIMEOUT else value
            for value in helper.__defaults__
        )
jupyter_kernel_test.TIMEOUT = PATIENCE


class Conformance(jupyter_kernel_test.KernelTests):
    def execute_helper(self, *args, **options):
        channel = self.kc.iopub_channel
        get = channel.get_msg

        def get_patiently(timeout):
            while True:
                message = jupyter_kernel_test.ensure_sync(get)(timeout=PATIENCE)
                # A late status of another request is not meant.
                if message["parent_header"].get("msg_type") == "execute_request":
                    return message

        channel.get_msg = get_patiently
        try:
            return super().execute_helper(*args, **options)
        finally:
            channel.get_msg = get

    kernel_name = "typescript-notebooks"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('x')"
    code_generate_error = "throw new Error('x')"
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [{"code": "display({ 'image/svg+xml': '<svg/>' })", "mime": "image/svg+xml"}]
    complete_code_samples = ["1", "const a = { b: 1 };"]
    incomplete_code_samples = ["if (true) {", "const a = [", "const a = `abc"]
    invalid_code_samples = ["const = 1", "f(1))"]
    completion_samples = [{"text": "conso", "matches": {"console"}}]
    code_inspect_sample = "console"
    code_clear_output = "clearOutput()"
    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "6 ? 7"


unittest.main()
