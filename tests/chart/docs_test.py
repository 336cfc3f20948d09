"""What is written about the chart is so."""

import json
import re
import unittest

import yaml

import helm
import values_docs


def leaves():
    return [path for path, default, _ in values_docs.documented(helm.CHART) if default is not None]


def at(values, path):
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return None
        values = values[key]
    return values


class Docs(unittest.TestCase):
    def test_every_value_has_a_comment(self):
        missing = [".".join(path) for path, _, comment in values_docs.documented(helm.CHART) if not comment]
        self.assertEqual(missing, [])

    def test_the_readme_and_the_schema_say_what_values_yaml_says(self):
        for name, wanted in (("README.md", values_docs.readme), ("values.schema.json", values_docs.schema)):
            self.assertEqual(
                (helm.CHART / name).read_text(), wanted(helm.CHART), f"{name}: run tools/chart.sh --docs"
            )

    def test_the_table_has_every_value(self):
        readme = (helm.CHART / "README.md").read_text()
        for path in leaves():
            self.assertIn(f"| `{'.'.join(path)}` |", readme)

    def test_the_schema_has_the_same_values_and_no_others(self):
        defaults = yaml.safe_load((helm.CHART / "values.yaml").read_text())

        def compare(schema, values, path):
            closed = schema.get("additionalProperties") is False
            if not closed:
                return
            names = set(schema["properties"]) - ({"global"} if not path else set())
            self.assertEqual(names, set(values), ".".join(path))
            for name in names:
                if isinstance(values[name], dict):
                    compare(schema["properties"][name], values[name], path + [name])

        schema = json.loads((helm.CHART / "values.schema.json").read_text())
        self.assertIs(schema["additionalProperties"], False)
        compare(schema, defaults, [])

    def test_every_value_is_another_than_its_default_in_some_ci_file(self):
        defaults = yaml.safe_load((helm.CHART / "values.yaml").read_text())
        files = [yaml.safe_load(file.read_text()) for file in helm.CI_FILES]
        self.assertGreaterEqual(len(files), 5)
        never = [
            ".".join(path)
            for path in leaves()
            if all(at(file, path) in (None, at(defaults, path)) for file in files)
        ]
        self.assertEqual(never, [])

    def test_the_chart_has_the_project_s_version(self):
        chart = yaml.safe_load((helm.CHART / "Chart.yaml").read_text())
        cmake = (helm.ROOT / "CMakeLists.txt").read_text()
        version = re.search(r"project\(spillway VERSION (\S+)", cmake)[1]
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))

    def test_every_example_of_the_readme_is_taken(self):
        readme = (helm.CHART / "README.md").read_text()
        blocks = re.findall(r"```yaml values\n(.*?)```", readme, re.S)
        self.assertGreaterEqual(len(blocks), 3)
        for block in blocks:
            values = yaml.safe_load(block)
            helm.render(values, bare="config" in values)

    def test_commands_find_the_server_s_pods_alone(self):
        """Those of `helm test` and checkConfig have the same name and instance; with them, `kubectl logs -c spillway` fails."""
        files = [helm.CHART / "README.md", helm.CHART / "templates/NOTES.txt", *sorted((helm.ROOT / "docs").glob("*.md"))]
        said = [re.sub(r"{{.*?}}", "X", file.read_text()) for file in files]
        command = r"kubectl\b[^`|\n]*?\s(?:logs|get pods)\b[^`|\n]*?\s(?:-l|--selector)[ =]([^\s`]+)"
        selectors = [selector for text in said for selector in re.findall(command, text) if "app.kubernetes.io/" in selector]
        self.assertGreaterEqual(len(selectors), 4)
        # None is spelled in a way that the above would miss.
        spelled = sum(len(re.findall(r"(?:-l|--selector)[ =]\S*app\.kubernetes\.io/", text)) for text in said)
        self.assertEqual(len(selectors), spelled)
        for selector in selectors:
            self.assertIn("app.kubernetes.io/component=server", selector)

    def test_the_readme_names_no_value_that_is_not_there(self):
        known = {".".join(path[: i + 1]) for path in leaves() for i in range(len(path))}
        tops = {path[0] for path in leaves()}
        readme = (helm.CHART / "README.md").read_text().split(values_docs.BEGIN)[0]
        for name in re.findall(r"`([a-z][A-Za-z]*(?:\.[a-z][A-Za-z]*)+)`", readme):
            if name.split(".")[0] in tops and not name.startswith("config.") and name not in ("tls.crt", "tls.key"):
                self.assertIn(name, known)


if __name__ == "__main__":
    unittest.main()
