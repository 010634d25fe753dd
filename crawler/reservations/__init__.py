"""What publishers reserve: read strictly and within bounds, recorded with each capture, and never
taken for permission to fetch, nor for its refusal: that is for robots.txt's Allow and Disallow."""

from crawler.reservations.kept import as_json, as_line, from_json, from_lines
from crawler.reservations.reservation import Reservation
from crawler.reservations.reserved import TERMS, reserved
from crawler.reservations.site import SiteReservations, is_site_wide, tdmrep_url
from crawler.reservations.stated import of_headers, of_page

__all__ = [
    "TERMS",
    "Reservation",
    "SiteReservations",
    "as_json",
    "as_line",
    "from_json",
    "from_lines",
    "is_site_wide",
    "of_headers",
    "of_page",
    "reserved",
    "tdmrep_url",
]
