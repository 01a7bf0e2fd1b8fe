"""The mask rules that an administrator would write for the shop: where its pages hold what an advisor need not see.

Each rule is (selector, action, label) as `mask add` takes it. tests/demo checks that every selector still finds its place.
"""

MASKS: tuple[tuple[str, str, str], ...] = (
    ("#personal-data", "block", "Personal data"),
    (".saved-address", "text", "Address"),
    ("#loyalty-number", "text", "Loyalty number"),
    ("#account-token", "text", "Token"),
    (".order-address", "hide", "Delivery address"),
    ("#login-email", "text", "E-mail address"),
    ("#contact-email", "text", "E-mail address"),
    ("#checkout-email", "text", "E-mail address"),
    ("#checkout-phone", "text", "Telephone"),
    ("#checkout-street", "text", "Street"),
    ("#checkout-street-more", "text", "Street"),
    (r"#orderPayment\.cardNumber", "text", "Card number"),
    ("#card-name", "text", "Name on card"),
    ("#card-expiry", "text", "Expiry date"),
    ("#card-code", "text", "Security code"),
    ("#review-contact", "text", "Contact"),
    ("#review-address", "text", "Delivery address"),
    ("#review-payment", "text", "Payment"),
    ("#thanks-email", "text", "E-mail address"),
)
