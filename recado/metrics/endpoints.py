"""GET /metrics."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from recado.kit.parts import part
from recado.metrics.service import Metrics

router = APIRouter(tags=["installation"])


@router.get("/metrics", name="get_metrics", response_class=Response)
async def get_metrics(metrics: Annotated[Metrics, Depends(part(Metrics))]) -> Response:
    """What this process did and what waits, for Prometheus."""
    return Response(await metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
