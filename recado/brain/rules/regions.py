"""In which country a time zone is: how numbers are written there, and whose money a dollar sign is."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

_ZONES: Mapping[str, str] = {
    "AR": """
        America/Buenos_Aires America/Argentina/Buenos_Aires America/Argentina/Cordoba America/Argentina/Salta
        America/Argentina/Jujuy America/Argentina/Tucuman America/Argentina/Catamarca America/Argentina/La_Rioja
        America/Argentina/San_Juan America/Argentina/Mendoza America/Argentina/San_Luis America/Argentina/Rio_Gallegos
        America/Argentina/Ushuaia
    """,
    "BO": "America/La_Paz",
    "CL": "America/Santiago America/Coyhaique America/Punta_Arenas Pacific/Easter",
    "CO": "America/Bogota",
    "CR": "America/Costa_Rica",
    "CU": "America/Havana",
    "DO": "America/Santo_Domingo",
    "EC": "America/Guayaquil Pacific/Galapagos",
    "ES": "Europe/Madrid Africa/Ceuta Atlantic/Canary",
    "GT": "America/Guatemala",
    "HN": "America/Tegucigalpa",
    "MX": """
        America/Mexico_City America/Cancun America/Merida America/Monterrey America/Matamoros America/Chihuahua
        America/Ciudad_Juarez America/Ojinaga America/Mazatlan America/Bahia_Banderas America/Hermosillo America/Tijuana
    """,
    "NI": "America/Managua",
    "PA": "America/Panama",
    "PE": "America/Lima",
    "PR": "America/Puerto_Rico",
    "PY": "America/Asuncion",
    "SV": "America/El_Salvador",
    "US": """
        America/New_York America/Detroit America/Indiana/Indianapolis America/Kentucky/Louisville America/Chicago
        America/Menominee America/Denver America/Boise America/Phoenix America/Los_Angeles America/Anchorage
        Pacific/Honolulu
    """,
    "UY": "America/Montevideo",
    "VE": "America/Caracas",
}
"""By ISO 3166-1 code; from zone.tab of the IANA time zone database, 2025b, without the smallest zones of the US."""
_REGIONS: Mapping[str, str] = {zone: region for region, zones in _ZONES.items() for zone in zones.split()}


def region_of(zone: dt.tzinfo | None) -> str | None:
    """The ISO 3166-1 code of a zone's country; None if it is not one of ours, or a mere offset."""
    return _REGIONS.get(zone.key or "") if isinstance(zone, ZoneInfo) else None
