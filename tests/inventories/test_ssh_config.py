"""The hosts that a configuration of ssh names one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pup_tui.inventories.ssh_config import MAX_FILES, hosts_like

NONE = Path("/nowhere/ssh_config")


class Home:
    """A home folder with files of ssh below it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / ".ssh").mkdir()

    def write(self, name: str, text: str) -> None:
        file = self.path / ".ssh" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def hosts(self, pattern: str = "*", system: Path = NONE) -> list[str]:
        return hosts_like(pattern, self.path, Path.read_text, system)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_only_names_that_stand_there_one_by_one_are_hosts(home: Home) -> None:
    home.write(
        "config",
        """
        # Host commented
        Host web-1 web-2 # web-3
            HostName 10.0.0.1
        Host *.example.com web-? !db-9 db-1
        host "with space" db-1
        HOST=eq-1
        Host  =  eq-2
        Match host matched
        Host *
            User ops
        HostKeyAlgorithms none
        Hosts nothing
        """,
    )
    assert home.hosts() == ["web-1", "web-2", "db-1", "with space", "eq-1", "eq-2"]


@pytest.mark.parametrize(
    ("words", "hosts"),
    [
        ("'web-1' web-2", ["web-1", "web-2"]),
        ("'a b' \"it's\" a\\ c", ["a b", "it's", "a c"]),
        ('web"-1" "web"-2', ["web-1", "web-2"]),
        (r"""a\"b 'a\'c' "a\"d" a\\e a\f""", ['a"b', "a'c", 'a"d', "a\\e", "a\\f"]),
        ("web#1 '#2' # web-3", ["web#1", "#2"]),
        ("'web-*' '' web-1", ["web-1"]),
        ('web-1 "' + "\\\\" * 5000, ["web-1", "\\" * 5000]),
    ],
)
def test_quotes_are_those_of_openssh(words: str, hosts: list[str], home: Home) -> None:
    home.write("config", f"Host {words}")
    assert home.hosts() == hosts


@pytest.mark.parametrize(
    ("pattern", "hosts"),
    [("web-*", ["web-1", "WEB-2"]), ("web-1", ["web-1"]), ("*-[12]", ["web-1", "WEB-2", "db-1"])],
)
def test_a_pattern_says_which_of_them(home: Home, pattern: str, hosts: list[str]) -> None:
    home.write("config", "Host web-1 WEB-2 db-1")
    assert home.hosts(pattern) == hosts


def test_what_is_included_counts_where_it_stands(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("Host away")
    home.write(
        "config",
        f"Host first\nInclude conf.d/*.conf ~/.ssh/mine {elsewhere}\nInclude none/such\nHost last",
    )
    home.write("conf.d/20.conf", "Host b\n")
    home.write("conf.d/10.conf", "Host a\nInclude more")
    home.write("conf.d/30.txt", "Host no")
    home.write("more", "Host deep")
    home.write("mine", "Host mine")
    assert home.hosts() == ["first", "a", "deep", "b", "mine", "away", "last"]


def test_the_configuration_of_the_machine_comes_after_that_of_the_operator(home: Home) -> None:
    system = home.path / "ssh_config"
    system.write_text("Host other web-1\nInclude ssh_config.d")
    (home.path / "ssh_config.d").write_text("Host more")
    assert home.hosts(system=system) == ["other", "web-1", "more"]
    home.write("config", "Host web-1")
    assert home.hosts(system=system) == ["web-1", "other", "more"]


def test_files_that_include_each_other_come_to_an_end(home: Home) -> None:
    home.write("config", "Include config\nHost a")
    with pytest.raises(ValueError, match="includes too many files"):
        home.hosts()
    for number in range(MAX_FILES):
        home.write(f"c/{number}", "")
    home.write("config", "Include c/*")
    with pytest.raises(ValueError, match="includes too many files"):
        home.hosts()


def test_where_there_is_no_configuration_that_is_told(home: Home) -> None:
    with pytest.raises(ValueError, match=r"there is no configuration of ssh: .*\.ssh/config"):
        home.hosts()


def test_where_no_host_fits_those_that_there_are_are_told(home: Home) -> None:
    home.write("config", "Host web-1 web-2\nHost *")
    with pytest.raises(ValueError, match="is called 'db-\\*': it has 'web-1', 'web-2'"):
        home.hosts("db-*")
    home.write("config", "Host *")
    with pytest.raises(ValueError, match="it has no hosts by name"):
        home.hosts()


def test_a_file_that_cannot_be_read_is_told(home: Home) -> None:
    home.write("config", "Include sub")
    (home.path / ".ssh" / "sub").mkdir()
    with pytest.raises(ValueError, match=r"\.ssh/sub"):
        home.hosts()
