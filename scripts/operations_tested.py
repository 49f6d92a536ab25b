"""Which operations of the model the tests exercise, read from their sources.

A scenario program exercises an operation when it makes a request for it, itself or through functions of tests/support
that it calls: a method's name and a path behind it among the arguments of one call, or a topic of a device's. Paths that
are put together while the program runs are taken by their format; where a path is a function's parameter, by what its
callers pass. An end-to-end test does by a command of the SDK's, of the CLI's, or a plain request.
"""

import re

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
STRING = r'"(?:[^"\\]|\\.)*"'
TOKEN = re.compile(rf"{STRING}|'(?:[^'\\]|\\.)*'|\w+|->|[^\s\w]")
FUNCTION = re.compile(r"^(static )?[\w ]+?[ *](\w+)\(([^;{}]*?)\)\n\{\n(.*?)^\}", re.M | re.S)
FORMAT = re.compile(r"%[-+ 0#]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:l|ll|z|h)?[a-zA-Z]")
TOPIC = re.compile(r"^\$aws/things/[^/]+/jobs/(?:namespace-[^/]+/)?(?:(get)|(start-next)|[^/]+/(get)|[^/]+/(update))$")
TOPIC_OPERATIONS = ("GetPendingJobExecutions", "StartNextPendingJobExecution", "DescribeJobExecution", "UpdateJobExecution")
ANY = "*"  # what is not known


class Routes:
    """The operations by method and path; `*` stands for a part that is not known."""

    def __init__(self, operations):
        self.rows = [(key, method, uri.strip("/").split("/")) for key, method, uri in operations]

    def find(self, method, path, data_plane=False):
        """The key of the operation in a list, empty where it could be one or another. An operation of the plane that nobody
        asked for counts only where the other plane has none."""
        segments = path.split("?")[0].strip("/").split("/")
        fitting = [row for row in self.rows if row[1] == method and len(row[2]) == len(segments) and self.fits(row[2], segments)]
        mine = [row for row in fitting if row[0].startswith("data.") == data_plane] or fitting
        best = max((self.literals(row[2], segments) for row in mine), default=None)
        found = [key for key, _, uri in mine if self.literals(uri, segments) == best]
        return found if len(found) == 1 else []

    @staticmethod
    def fits(uri, segments):
        """A query may stand behind a literal: "things*"."""
        return uri[0] == segments[0].rstrip(ANY) and all(u == s.rstrip(ANY) or u.startswith("{") or s == ANY for u, s in zip(uri, segments))

    @staticmethod
    def literals(uri, segments):
        """How well a path fits: literals that are the same; a label for what is not known before a literal for it."""
        return sum(2 if u == s.rstrip(ANY) else 1 if u.startswith("{") else 0 for u, s in zip(uri, segments))


# ---- C


class Function:
    def __init__(self, file, parameters, body, macros):
        self.file = file
        names = [re.findall(r"\w+", parameter) for parameter in parameters.split(",")]
        self.parameters = [words[-2] if words and words[-1].isupper() and len(words) > 1 else words[-1] if words else "" for words in names]
        self.body, self.macros = body, macros
        self.calls = list(calls_in(body))
        self.words = set(re.findall(r"\w+", re.sub(STRING, "", body)))

    def texts(self, expression):
        """Texts that the expression may stand for, or ("parameter", index)."""
        tokens = [self.macros.get(token, token) for token in TOKEN.findall(expression)]
        if tokens and all(token.startswith('"') for token in tokens):
            return [joined(tokens)]
        if len(tokens) == 1 and tokens[0] in self.parameters:
            return [("parameter", self.parameters.index(tokens[0]))]
        word = re.escape(tokens[0]) if tokens and re.match(r"\w", tokens[0]) else None
        written = []
        if word:
            strings = rf"((?:(?:{STRING}|[A-Z_]+)\s*)+)"
            for pattern in (rf"snprintf\({word}[^,]*,[^,]*,\s*{strings}", rf"\b{word}(?:\[\w*\])?\s*=\s*{strings}"):
                written += [text for found in re.findall(pattern, self.body) for text in self.texts(found)]
        return written or [json_text(text) for text in re.findall(STRING, self.body) if text.startswith('"/')]


def json_text(token):
    return FORMAT.sub(ANY, token[1:-1])


def joined(tokens):
    return "".join(json_text(part) for token in tokens for part in re.findall(STRING, token))


def calls_in(body):
    """[(name, [arguments])] of every call, and of every row of a table, whose name is ""."""
    open_calls, word = [], ""
    for token in TOKEN.findall(body):
        if token in "({":
            open_calls.append((word if token == "(" else "", [[]]))
        elif token in ")}" and open_calls:
            name, arguments = open_calls.pop()
            texts = [" ".join(argument) for argument in arguments]
            yield name, texts
            if open_calls:
                open_calls[-1][1][-1].append(f"({', '.join(texts)})")
        elif token == "," and open_calls:
            open_calls[-1][1].append([])
        elif open_calls:
            open_calls[-1][1][-1].append(token)
        word = token if re.match(r"\w", token) else ""


def read_c(path):
    """(the text without comments, {macro: the texts that it stands for}), those of its header included"""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.S)
    header = path.with_suffix(".h")
    texts = text + (header.read_text(encoding="utf-8") if header.exists() else "")
    macros = {name: value.replace("\\\n", " ").strip() for name, value in re.findall(rf"^#define (\w+)\s+((?:{STRING}|\s|\\\n)+)$", texts, re.M)}
    return text, macros


class CProgram:
    """Functions of several files, and the requests that each makes: with what is passed to it, or by itself."""

    def __init__(self, routes, files, library=None):
        self.routes = routes
        self.functions = dict(library.functions) if library else {}
        self.wrappers = dict(library.wrappers) if library else {}
        self.own = {}
        macros = dict(library.macros) if library else {}
        sources = [read_c(path) for path in files]
        for _, more in sources:
            macros.update(more)
        self.macros = macros
        for path, (text, _) in zip(files, sources):
            self.own[f"{path.name}: its tables"] = Function(path.name, "", FUNCTION.sub("", text), macros)
            for static, name, parameters, body in FUNCTION.findall(text):
                self.own[f"{path.name}:{name}" if static else name] = Function(path.name, parameters, body, macros)
        self.functions.update(self.own)
        self.resolve()

    def called(self, function, word):
        """The name under which we have the function that is meant there: one of the same file, before one of all."""
        static = f"{function.file}:{word}"
        return static if static in self.functions else word

    def resolve(self):
        """wrappers: {function: {(method or its parameter, path or its parameter, data plane)}}"""
        changed = True
        while changed:
            changed = False
            for name, function in self.own.items():
                found = set(self.requests(function))
                if not found <= self.wrappers.setdefault(name, set()):
                    self.wrappers[name] |= found
                    changed = True

    def requests(self, function):
        for called, arguments in function.calls:
            data = called == "http_data"
            for first, second in zip(arguments, arguments[1:]):
                method = first.strip('"') if first.strip('"') in METHODS else None
                if first in function.parameters and first == "method":
                    method = ("parameter", function.parameters.index(first))
                if method:
                    yield from ((method, path, data) for path in function.texts(second))
            for method, path, data in self.wrappers.get(self.called(function, called), ()):
                methods = self.passed(function, arguments, method)
                yield from ((m, p, data) for m in methods for p in self.passed(function, arguments, path))

    @staticmethod
    def passed(function, arguments, value):
        if not isinstance(value, tuple):
            return [value]
        return function.texts(arguments[value[1]]) if value[1] < len(arguments) else []

    def operations(self):
        """Keys of what this program's own functions do, and those of the library that it names."""
        keys, seen, names = set(), set(), list(self.own)
        while names:
            name = names.pop()
            if name in seen:
                continue
            seen.add(name)
            function = self.functions[name]
            names += [name for name in (self.called(function, word) for word in function.words) if name in self.functions]
            keys |= topics_in(function)
            for method, path, data in self.wrappers[name]:
                if isinstance(method, str) and isinstance(path, str) and path.startswith("/"):
                    keys |= set(self.routes.find(method, path, data))
        return keys


def topics_in(function):
    found = set()
    for expression in re.findall(rf"(?:(?:{STRING}|\b[A-Z_]+\b)\s*)+", function.body):
        for text in function.texts(expression):
            match = TOPIC.match(text) if isinstance(text, str) else None
            if match:
                found.add("data." + next(name for name, part in zip(TOPIC_OPERATIONS, match.groups()) if part))
    return found


def scenario_programs(root, operations):
    """{key: number of programs}"""
    routes = Routes(operations)
    library = CProgram(routes, sorted((root / "tests/support").glob("*.c")))
    programs = [CProgram(routes, [path], library).operations() for path in sorted((root / "tests/scenario").glob("*_test.c"))]
    return {key: sum(key in program for program in programs) for key, _, _ in operations}


# ---- JavaScript

SDK = re.compile(r"(?:(\w+)\.)?(?:\b(\w+)Command\b|\bpaginate(\w+)\b)")
CLI = re.compile(r"'(iot|iot-jobs-data)',\s*'([a-z-]+)'")
REQUEST = re.compile(r"'(GET|PUT|POST|PATCH|DELETE)',\s*[`'](/[^`']*)[`']")
DATA_NAMES = re.compile(r"import \{([^}]*)\} from '@aws-sdk/client-iot-jobs-data-plane'")
HELPERS = {  # of support.mjs and clients.mjs
    "createThing": "CreateThing",
    "createJob": "CreateJob",
    "startNext": "data.StartNextPendingJobExecution",
    "pending": "data.GetPendingJobExecutions",
}


def kebab(name):
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1-\2", name)).lower()


def javascript_operations(text, routes, keys, table):
    found = set(table) if "'./every_operation.mjs'" in text else set()
    data_names = " ".join(DATA_NAMES.findall(text))
    for module, command, list_name in SDK.findall(text):
        name = command or list_name
        in_data = module == "data" or f"{name}Command" in data_names
        found.add(f"data.{name}" if in_data else name)
    commands = {("iot-jobs-data" if key.startswith("data.") else "iot", kebab(key.removeprefix("data."))): key for key in keys}
    found |= {commands[pair] for pair in CLI.findall(text) if pair in commands}
    for method, path in REQUEST.findall(text):
        found |= set(routes.find(method, re.sub(r"\$\{[^}]*\}", ANY, path)))
    found |= {key for helper, key in HELPERS.items() if re.search(rf"\.{helper}\(", text)}
    return found & set(keys)


def e2e_tests(root, operations, table):
    """{key: number of test files}; `table` is what the tests do that go through everything."""
    routes, keys = Routes(operations), [key for key, _, _ in operations]
    texts = [path.read_text(encoding="utf-8") for path in sorted((root / "tests/e2e").glob("*.test.mjs"))]
    tests = [javascript_operations(text, routes, keys, table) for text in texts]
    return {key: sum(key in test for test in tests) for key in keys}
