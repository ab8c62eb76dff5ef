"""Who may receipt exhibits and answer whether data are kept (22.6)."""

from .rows import Refused
from .rows import named

ANSWERS = {"receipted": "transferred", "preservation-answered": "preservation-asked"}


class Answers:
    """Whom another agency asked, by what it answers."""

    def __init__(self):
        self.asked = {question: set() for question in ANSWERS.values()}

    def saw(self, message):
        question, _ = named(message, "evidence")
        for known, asked in self.asked.items():
            # What came without its body may have asked for either.
            if message["fact"] == "gone" or known == question:
                asked |= set(message["asked"]) - {message["author"]}

    def check(self, message):
        """pro-23."""
        question = ANSWERS.get(named(message, "evidence")[0])
        if question is not None and message["author"] not in self.asked[question]:
            raise Refused("pro-23", "not-entitled")
