"""A shop with two posts in one unit, whose holders work together."""

from dataclasses import dataclass, field, replace
from typing import Any

from guanxi.app import Installation
from guanxi.context import Actor, Context, Principal, SignIn
from guanxi.customers import service as customers
from guanxi.customers.models import Customer
from guanxi.execution.request import Answer, GraphQLRequest
from guanxi.gateway import InstallationGateway
from guanxi.http.ports import Call
from guanxi.staff import service as staff
from guanxi.staff.models import OrgUnit, Post, PostHolding, Role, StaffMember
from guanxi.staff.service import scopes
from guanxi.testing.clock import Clock


@dataclass
class Member:
    """A person on a post."""

    person: StaffMember
    post: Post
    ctx: Context


@dataclass
class Shop:
    """A merchant; ``ctx`` is the platform's, which sees everything."""

    opened: Installation
    ctx: Context
    clock: Clock
    members: dict[str, Member] = field(default_factory=dict)
    unit: Any = None

    async def hire(self, name: str, role: str = "agent", *, reach: str = "own") -> Member:
        now = self.clock()
        self.unit = self.unit or await OrgUnit.create(name="care", created_at=now)
        person = await StaffMember.create(name=name, email=f"{name}@tea.example", state="active", created_at=now)
        found = await Role.get(name=role)
        post = await Post.create(
            unit_id=self.unit.id, role_id=found.id, title=name, layer="execution", scope=reach, created_at=now
        )
        await PostHolding.create(post_id=post.id, person_id=person.id, since=now)
        self.members[name] = Member(person, post, self.ctx_of(person, post, found))
        return self.members[name]

    def ctx_of(self, person: StaffMember, post: Post, role: Role) -> Context:
        actor = Actor(
            "staff",
            person.id.hex,
            staff.permissions_of(role),
            person_id=person.id,
            post_id=post.id,
            scope=scopes.scope_of(post, person_id=person.id),
        )
        sign_in = SignIn("s", self.clock(), self.clock())
        principal = replace(self.ctx.principal, actor=actor, sign_in=sign_in)
        return replace(self.ctx, principal=principal, loaders={})

    async def customer(self, name: str, owner: Member | None = None) -> Customer:
        made = await customers.create_customer(self.ctx, customers.NewCustomer({"display_name": name}, [], [], []))
        if owner is not None:
            await Customer.filter(id=made.id).update(owner_post_id=owner.post.id)
        return made

    async def ask(self, principal: Principal, document: str, **variables: Any) -> Answer:
        request = GraphQLRequest(document, variables=variables)
        return await InstallationGateway(self.opened.platform).run(request, principal, Call("r1"))

    async def follow(self, principal: Principal, document: str) -> Any:
        """The answers of a subscription."""
        return await InstallationGateway(self.opened.platform).subscribe(
            GraphQLRequest(document), principal, Call("r1")
        )
