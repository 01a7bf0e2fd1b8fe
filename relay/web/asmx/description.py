"""The WSDL 1.1 of a service: document/literal by SOAP 1.1 and by SOAP 1.2."""

from lxml import etree

from relay.web.asmx.operation import Operation, Service
from relay.web.asmx.shapes import XSD, schema_types, type_name
from relay.web.soap import NAMESPACE, Version
from relay.web.xml import written

WSDL = "http://schemas.xmlsoap.org/wsdl/"
TRANSPORT = "http://schemas.xmlsoap.org/soap/http"
BINDINGS = {
    Version.SOAP_11: ("Soap", "http://schemas.xmlsoap.org/wsdl/soap/"),
    Version.SOAP_12: ("Soap12", "http://schemas.xmlsoap.org/wsdl/soap12/"),
}
"""Suffix of port and binding, and the namespace of their extensions."""

SPACES = {
    "wsdl": WSDL,
    "xs": XSD,
    "tns": NAMESPACE,
    **{suffix.lower(): space for suffix, space in BINDINGS.values()},
}


def describe(service: Service, location: str) -> bytes:
    """The description of a service that is at `location`."""
    root = etree.Element(f"{{{WSDL}}}definitions", {"name": service.name, "targetNamespace": NAMESPACE}, nsmap=SPACES)
    _wsdl(root, "types").append(schema(service))
    for one in service.operations:
        _message(root, f"{one.name}SoapIn", one.name)
        _message(root, f"{one.name}SoapOut", f"{one.name}Response")
    _port_type(root, service)
    for version in BINDINGS:
        _binding(root, service, version)
    named = _wsdl(root, "service", name=service.name)
    _wsdl(named, "documentation").text = service.about
    for suffix, space in BINDINGS.values():
        port = _wsdl(named, "port", name=service.name + suffix, binding=f"tns:{service.name}{suffix}")
        etree.SubElement(port, f"{{{space}}}address", {"location": location})
    return written(root)


def schema(service: Service) -> etree._Element:
    """The schema of all requests and answers, in SOAP and without."""
    element = etree.Element(f"{{{XSD}}}schema", {"targetNamespace": NAMESPACE, "elementFormDefault": "qualified"}, nsmap=SPACES)
    types: dict[str, etree._Element] = {}
    roots: dict[str, str] = {}
    for one in service.operations:
        _request(element, one)
        types |= schema_types(one.answer)
        result = _sequence(_xs(element, "element", name=f"{one.name}Response"))
        _xs(result, "element", name=f"{one.name}Result", type=f"tns:{type_name(one.answer)}")
        roots[one.root] = f"tns:{type_name(one.answer)}"
    element.extend(types.values())
    for name, kind in roots.items():
        _xs(element, "element", name=name, type=kind)
    return element


def _request(parent: etree._Element, one: Operation) -> None:
    sequence = _sequence(_xs(parent, "element", name=one.name))
    for parameter in one.parameters:
        described = _xs(sequence, "element", name=parameter.name, type=parameter.kind)
        _xs(_xs(described, "annotation"), "documentation").text = parameter.about


def _sequence(element: etree._Element) -> etree._Element:
    return _xs(_xs(element, "complexType"), "sequence")


def _message(root: etree._Element, name: str, element: str) -> None:
    _wsdl(_wsdl(root, "message", name=name), "part", name="parameters", element=f"tns:{element}")


def _port_type(root: etree._Element, service: Service) -> None:
    port_type = _wsdl(root, "portType", name=f"{service.name}Soap")
    for one in service.operations:
        operation = _wsdl(port_type, "operation", name=one.name)
        _wsdl(operation, "documentation").text = one.about
        _wsdl(operation, "input", message=f"tns:{one.name}SoapIn")
        _wsdl(operation, "output", message=f"tns:{one.name}SoapOut")


def _binding(root: etree._Element, service: Service, version: Version) -> None:
    suffix, space = BINDINGS[version]
    binding = _wsdl(root, "binding", name=service.name + suffix, type=f"tns:{service.name}Soap")
    etree.SubElement(binding, f"{{{space}}}binding", {"transport": TRANSPORT, "style": "document"})
    for one in service.operations:
        operation = _wsdl(binding, "operation", name=one.name)
        etree.SubElement(operation, f"{{{space}}}operation", {"soapAction": f"{NAMESPACE}/{one.name}", "style": "document"})
        for direction in ("input", "output"):
            etree.SubElement(_wsdl(operation, direction), f"{{{space}}}body", {"use": "literal"})


def _wsdl(parent: etree._Element, kind: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{WSDL}}}{kind}", attributes)


def _xs(parent: etree._Element, kind: str, /, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{XSD}}}{kind}", attributes)
