"""Looking around: home, lists, search and products."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from relay.demo.catalogue import CATEGORIES, PRODUCTS, SORTS, Product, Review, arrange, find
from relay.demo.views import form_of, go, money, number, page, shopper_of

NOTHING_FOUND = "Nothing found. Try a shorter word, such as “lamp” or “boots”."
SUGGESTIONS = 6
RELATED = 4
QUERY_MAX = 80
REVIEWS_MAX = 5
"""One shopper's reviews of one product."""
REVIEW_CHARACTERS_MAX = 600


async def home(request: Request) -> Response:
    featured = [product for product in PRODUCTS.values() if product.featured]
    return page(request, "home.html", featured=featured, categories=CATEGORIES.values())


async def listing(request: Request) -> Response:
    key = request.path_params.get("category")
    if key is not None and key not in CATEGORIES:
        raise HTTPException(404)
    category = CATEGORIES[key] if key else None
    if category is None:
        return _list(request, list(PRODUCTS.values()), heading="Everything we make", intro="", query="")
    products = [product for product in PRODUCTS.values() if product.category == category.key]
    return _list(request, products, heading=category.name, intro=category.intro, query="")


async def search(request: Request) -> Response:
    query = request.query_params.get("q", "").strip()[:QUERY_MAX]
    found = find(query)
    heading = f"Results for “{query}”" if query else "Search"
    return _list(request, found, heading=heading, intro="" if found else NOTHING_FOUND, query=query)


def _list(request: Request, products: list[Product], *, heading: str, intro: str, query: str) -> Response:
    params = request.query_params
    sort = params.get("sort", "")
    price_max = max((product.price for product in PRODUCTS.values()), default=0)
    limit = number(params.get("max", ""), price_max // 100) * 100
    in_stock = "stock" in params
    shown = [product for product in arrange(products, sort) if product.price <= limit and (product.stock or not in_stock)]
    return page(
        request,
        "listing.html",
        heading=heading,
        intro=intro,
        query=query,
        products=shown,
        found=bool(products),
        sort=sort,
        sorts=SORTS,
        limit=limit // 100,
        price_max=price_max // 100,
        in_stock=in_stock,
    )


async def suggestions(request: Request) -> Response:
    found = find(request.query_params.get("q", "").strip()[:QUERY_MAX])[:SUGGESTIONS]
    rows = [{"name": each.name, "href": each.path, "image": each.image, "price": money(each.price)} for each in found]
    return JSONResponse(rows)


def _product(request: Request) -> Product:
    try:
        return PRODUCTS[request.path_params["slug"]]
    except KeyError:
        raise HTTPException(404) from None


async def product(request: Request) -> Response:
    chosen = _product(request)
    related = [each for each in PRODUCTS.values() if each is not chosen and each.category == chosen.category]
    more = [each for each in PRODUCTS.values() if each is not chosen and each not in related]
    own = shopper_of(request).reviews.get(chosen.slug, [])
    return page(request, "product.html", product=chosen, related=(related + more)[:RELATED], own_reviews=own)


async def review(request: Request) -> Response:
    chosen, form, shopper = _product(request), await form_of(request), shopper_of(request)
    stars = min(5, max(1, number(form.get("stars", ""), 5)))
    own = shopper.reviews.setdefault(chosen.slug, [])
    if form.get("text") and len(own) < REVIEWS_MAX:
        author, title, text = (form.get(name, "")[:REVIEW_CHARACTERS_MAX] for name in ("author", "title", "text"))
        own.append(Review(author or "A customer", stars, title, text))
    return go(f"{chosen.path}#reviews")


ROUTES = [
    Route("/", home),
    Route("/shop", listing),
    Route("/shop/{category}", listing),
    Route("/search", search),
    Route("/search/suggestions", suggestions),
    Route("/products/{slug}", product),
    Route("/products/{slug}/reviews", review, methods=["POST"]),
]
