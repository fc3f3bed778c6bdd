"""Jupyter's own tests of a kernel, which also check every message against its schema."""

import unittest

import jupyter_kernel_test


class Conformance(jupyter_kernel_test.KernelTests):
    kernel_name = "typescript-notebooks"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('x')"
    code_generate_error = "throw new Error('x')"
    code_execute_result = [{"code": "6 * 7", "result": "42"}]
    code_display_data = [{"code": "display({ 'image/svg+xml': '<svg/>' })", "mime": "image/svg+xml"}]
    complete_code_samples = ["1", "const a = { b: 1 };"]
    incomplete_code_samples = ["if (true) {", "const a = ["]
    completion_samples = [{"text": "conso", "matches": {"console"}}]
    code_inspect_sample = "console"
    supported_history_operations = ("tail",)
    code_history_pattern = ".*"


unittest.main()
