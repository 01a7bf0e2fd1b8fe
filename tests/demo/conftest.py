"""A shop with a shopper at it. Hosts matter: 127.0.0.1 has a twin name, so the store finder shows its cross-origin frame."""

import pytest
from starlette.testclient import TestClient

from relay.demo import create_app

RELAY = "http://127.0.0.1:8000"
SHOP = "http://127.0.0.1:8100"


@pytest.fixture
def shopper() -> TestClient:
    return TestClient(create_app(RELAY, 1001, "staging"), base_url=SHOP)


@pytest.fixture
def customer(shopper: TestClient) -> TestClient:
    """A shopper who has logged in and has something in the cart."""
    shopper.post("/login", data={"email": "someone@example.com", "password": "anything"})
    shopper.post("/cart/lines", data={"slug": "quayside-mug", "colour": "pine", "quantity": "2"})
    return shopper
