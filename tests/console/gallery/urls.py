"""One address a page of the gallery."""

from django.urls import URLPattern, URLResolver, include, path

from tests.console.gallery import pages

urlpatterns: list[URLPattern | URLResolver] = [path(f"{name}/", view) for name, view in pages.PAGES.items()]
urlpatterns += [path("i18n/", include("django.conf.urls.i18n"))]
