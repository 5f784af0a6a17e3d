"""One address a page of the gallery."""

from django.urls import include, path

from tests.console.gallery import pages

urlpatterns = [path(f"{name}/", view) for name, view in pages.PAGES.items()]
urlpatterns += [path("i18n/", include("django.conf.urls.i18n"))]
