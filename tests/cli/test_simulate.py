"""`recado simulate model-api`: a turn with a hosted model, and no key or network."""

from pathlib import Path

from recado.brain.hybrid import HybridBrain
from recado.brain.llm.opening import open_thinker
from recado.brain.rules import RulesBrain
from recado.settings import Settings
from tests.brain.llm.scenes import turn
from tests.cli.terminal import Installation, free_port


async def test_a_simulated_model_answers_turns(tmp_path: Path) -> None:
    port = free_port()
    command = ("simulate", "model-api", "--kind", "anthropic", "--port", str(port), "--says", "Lo averiguo.")
    with Installation(tmp_path).running(*command, until="RECADO_MODEL=anthropic:") as program:
        url = f"http://127.0.0.1:{port}"
        assert f"RECADO_MODEL_BASE_URL={url} " in program.output
        thinker = open_thinker(Settings(model="anthropic:claude-haiku-4-5", model_api_key="any", model_base_url=url))
        assert thinker is not None
        decision = await HybridBrain(RulesBrain(), thinker).decide(turn(mode="model"))
        assert [reply.text for reply in decision.replies] == ["Lo averiguo."]
        await thinker.close()
        assert program.stop() == 0


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    port = str(free_port())
    with installation.running("simulate", "model-api", "--port", port, until="listens"):
        assert "Choose another" in installation.refused("simulate", "model-api", "--port", port)
